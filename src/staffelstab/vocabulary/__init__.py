"""Shared vocabulary: public services (LeiKa/FIM), topics, municipalities with official keys.

Services belong to the organisation that imported them and may be shared with its networks; municipalities are
reference data of the whole installation.
"""
