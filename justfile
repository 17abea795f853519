# What one can do by day; `./run test` runs the whole check on any machine.

python := ".venv/bin/python"

# List the recipes
default:
    @just --list --unsorted

# Run every check and test, as CI does
check:
    ./run test

# Bring form and order of imports into shape
fix:
    {{python}} -m ruff check --fix-only --quiet .
    {{python}} -m ruff format --quiet .
    .venv/bin/djade --target-version 5.2 $(git ls-files '*.html')

# Bring the English catalogue to the sentences of the source, and name what is not translated
catalogue:
    {{python}} -m tools.catalogue update

# Run the demo city
serve *words:
    ./run demo {{words}}

# Run some tests: just try tests/events -x
try *words:
    ./run test {{words}}

# Run the browser tests by themselves
pages:
    ./run test tests/pages

# Make the migrations of an app that its models ask for
migrations *apps:
    QUANYU_DEMO=1 ./run manage makemigrations {{apps}}

# Make the tables of the docs anew from the code
docs:
    {{python}} -m tools.docs

# Build the site of the documentation into site/, and serve it while writing: just site serve
site word="build":
    {{python}} -m mkdocs {{word}} --strict

# Compile the locks from the lists in pyproject.toml; `just locks --upgrade` takes newer releases
locks *words:
    #!/bin/sh
    set -eu
    compile() {
        uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
            --no-emit-index-url --no-annotate --no-header {{words}} "$@"
    }
    compile pyproject.toml --group frontend --group dev --group pages \
        --group servers --group docs --group peers -o requirements/test.lock
    compile pyproject.toml --group frontend -c requirements/test.lock -o requirements/demo.lock
    compile pyproject.toml -c requirements/test.lock -o requirements/runtime.lock
    echo uv | compile - -o requirements/tools.lock

# Say what is wrong with this machine
doctor:
    ./run doctor
