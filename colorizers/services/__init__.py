"""What the image side does: photos in, colorizers registered, the catalogue filled."""

from colorizers.services.catalogue import (
    cancel_run,
    colorize_here,
    missing_colorizations,
    order_generation,
    recover_abandoned,
    resume_run,
    settle_run,
)
from colorizers.services.import_claims import cancel_import
from colorizers.services.importing import (
    continue_upload,
    import_folder,
    import_photos,
    import_zip,
    order_import,
    recover_abandoned_imports,
    retry_import,
    take_out,
)
from colorizers.services.painting import colorize_chunk
from colorizers.services.photo_sources import ImportRefused
from colorizers.services.registering import ColorizerRefused, register_colorizer

__all__ = [
    "ColorizerRefused",
    "ImportRefused",
    "cancel_import",
    "cancel_run",
    "colorize_chunk",
    "colorize_here",
    "continue_upload",
    "import_folder",
    "import_photos",
    "import_zip",
    "missing_colorizations",
    "order_generation",
    "order_import",
    "recover_abandoned",
    "recover_abandoned_imports",
    "register_colorizer",
    "resume_run",
    "retry_import",
    "settle_run",
    "take_out",
]
