"""Vendored files are exactly those of the manifest, and the reduction of KERN keeps what is asked for."""

from tools import vendor


def test_vendored_files_match_their_manifest() -> None:
    assert vendor.findings() == []


def test_reduced_rule_drops_unused_classes_only() -> None:
    assert vendor.reduced_rule(".kern-btn,.kern-col-2{color:red}") == ".kern-btn{color:red}"
    assert vendor.reduced_rule(".kern-icon--add{color:red}") == ""
    assert vendor.reduced_rule("@media print{.kern-row{a:b}.kern-btn{c:d}}") == "@media print{.kern-btn{c:d}}"


def test_reduced_kern_needs_no_embedded_pictures() -> None:
    css = '.kern-btn{-webkit-mask:url("data:image/svg+xml,x") no-repeat;mask:url("data:image/svg+xml,x");color:red}'
    assert vendor.reduced_kern(css).endswith("@layer kern{\n.kern-btn{color:red}\n}\n")
