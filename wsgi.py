"""What a WSGI server loads: the application for the settings in the environment."""

from app.factory import create_app, spare_collector
from app.settings import load_settings

app = create_app(load_settings())
spare_collector()
