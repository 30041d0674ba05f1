"""`python -m benches`."""

import sys

from benches.bench_books import main

sys.exit(main())
