"""What a WSGI server loads: the application for the settings in the environment."""

import gc

from app.factory import create_app
from app.settings import load_settings

app = create_app(load_settings())
# What is there by now stays: looking through it again and again would be half of a large page.
gc.collect()
gc.freeze()
# So does a page of 10,000 entries until it is made: hundreds of looks at it would find nothing.
gc.set_threshold(5_000)
