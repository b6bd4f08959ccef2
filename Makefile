# Chores by name; each is a line of dev.py, which needs nothing but Python 3.11 and pip.
.PHONY: serve test lint bench lock web

serve: ; python3 dev.py serve
test:  ; python3 dev.py test
lint:  ; python3 dev.py lint
bench: ; python3 dev.py bench
lock:  ; python3 dev.py lock
web:   ; python3 dev.py web
