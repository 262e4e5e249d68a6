"""The front door: screens composed of several modules, and the content of the demo.

The demo content is written by hand in ``demo_data/*.csv`` and turned into import sheets, personas and
measures by :func:`staffelstab.portal.domain.demo.build_demo`. Organisations and persons in it are invented;
the keys of public services are real.
"""
