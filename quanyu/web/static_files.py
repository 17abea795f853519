"""Static files under names that hold the hash of their content (静态文件)."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Hashed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it brings no types
    """Name each file by its content, so that a browser may keep it for good.

    Our modules import each other: those names are written anew as well.
    """

    support_js_module_import_aggregation = True
