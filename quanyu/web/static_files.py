"""Static files under names that hold the hash of their content (静态文件)."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Hashed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it brings no types
    """Name each file by its content, so that a browser may keep it for good.

    Our modules import each other: those names are written anew as well. Before the files are
    collected (`python -m quanyu.project.build`) every name is the plain one.
    """

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the name under which a file is served.

        :raises ValueError: if files were collected and this one is not among them
        """
        return str(super().stored_name(name)) if self.hashed_files else name
