"""Who may have the bytes as they came."""

from app.authz import Actor, either, organises
from media.models import Asset


def owns(actor: Actor, asset: Asset) -> bool:
    """Hold for whoever uploaded the asset."""
    return asset.owner_id == actor.user_id


may_read_original = either(owns, organises)
