"""One rule for names of files and one for names of things in a reader's language."""

from reports.edition import Edition
from reports.pages.file_names import file_name, stem_of
from reports.pages.submission_history import list_name, page_name
from reports.pages.workstream import page_name as workstream_name


def test_english_is_plain_and_welsh_is_marked() -> None:
    assert file_name("index", "en") == "index.html"
    assert file_name("files", "cy", "csv") == "files.cy.csv"
    assert stem_of("ws-falls.cy.html") == stem_of("ws-falls.html") == "ws-falls"
    assert workstream_name("pressure_ulcers", "cy") == "ws-pressure-ulcers.cy.html"
    assert page_name("a", "cy") == "submission-a.cy.html"
    assert list_name("a", "en") == "submission-a.csv"


def test_the_register_names_things_in_the_readers_language(edition: Edition) -> None:
    registers = edition.registers
    board, site = registers.organisation("7A4"), registers.site("7A4BV")
    assert board is not None
    assert site is not None
    assert board.name("cy") == "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro"
    assert (board.short("en"), board.short("cy")) == ("Cardiff and Vale", "Caerdydd a'r Fro")
    assert (site.name("en"), site.name("cy")) == (
        "University Hospital of Wales",
        "Ysbyty Athrofaol Cymru",
    )
    grange = next(one for one in registers.boundaries if one.id == "grange_opened_2020")
    assert grange.reason("cy").startswith("Agorodd Ysbyty Athrofaol y Faenor")
    assert f"{grange.starts}" == "2020-11-01"
