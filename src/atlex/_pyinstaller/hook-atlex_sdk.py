"""The Lexicon documents, which FakePds answers by."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("atlex_sdk")
