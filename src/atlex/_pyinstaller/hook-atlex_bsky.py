"""The list of top-level domains, which links are found by, and the parser of pages, which loads when it is used."""

from PyInstaller.utils.hooks import can_import_module, collect_data_files

datas = collect_data_files("atlex_bsky")
hiddenimports = ["lxml.etree"] if can_import_module("lxml.etree") else []
