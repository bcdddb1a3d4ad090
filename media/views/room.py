"""What the views of assets share: their blueprint, and the check of a signed address."""

from flask import Blueprint, request

from media.links import check_signature

blueprint = Blueprint("media", __name__, url_prefix="/media")


def check_address(public_id: str, what: str) -> None:
    """Raise NotFoundError unless this request's address was signed for this asset."""
    check_signature(
        public_id, what, request.args.get("until", ""), request.args.get("signature", "")
    )
