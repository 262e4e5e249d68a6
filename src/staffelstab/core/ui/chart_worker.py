"""Draws charts: a list of Vega-Lite definitions as JSON on standard input, a list of their SVGs on standard output.

Runs as a short-lived process of its own, because the drawing engine (a whole JavaScript runtime) would stay in
the memory of every web process that has ever drawn one chart.
"""

import json
import sys

import vl_convert

VEGA_LITE = "6.4"


def main() -> None:
    # The data travels inside the definition; nothing may be fetched from anywhere.
    pictures = [
        vl_convert.vegalite_to_svg(
            definition,
            vl_version=VEGA_LITE,
            allowed_base_urls=[],
            format_locale=definition["usermeta"]["number_locale"],
            time_format_locale=definition["usermeta"]["time_locale"],
        )
        for definition in json.load(sys.stdin)
    ]
    json.dump(pictures, sys.stdout)


if __name__ == "__main__":
    main()
