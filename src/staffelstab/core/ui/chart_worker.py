"""Draws one chart: a Vega-Lite definition as JSON on standard input, its SVG on standard output.

Runs as a short-lived process of its own, because the drawing engine (a whole JavaScript runtime) would stay in
the memory of every web process that has ever drawn one chart.
"""

import json
import sys

import vl_convert

VEGA_LITE = "6.4"


def main() -> None:
    definition = json.load(sys.stdin)
    # The data travels inside the definition; nothing may be fetched from anywhere.
    svg = vl_convert.vegalite_to_svg(
        definition,
        vl_version=VEGA_LITE,
        allowed_base_urls=[],
        format_locale=definition["usermeta"]["number_locale"],
        time_format_locale=definition["usermeta"]["time_locale"],
    )
    sys.stdout.buffer.write(svg.encode())


if __name__ == "__main__":
    main()
