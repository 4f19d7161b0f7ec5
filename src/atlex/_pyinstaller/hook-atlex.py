"""The version, which requests are sent with."""

from PyInstaller.utils.hooks import copy_metadata

datas = copy_metadata("atlex")
