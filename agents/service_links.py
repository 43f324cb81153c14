"""Variables that Kubernetes sets in every pod for the services beside it, of which some look like settings."""

import re

_PLACE = re.compile(
    r".*(_service_host|_service_port(_\w+)?|_port_\d+_(tcp|udp|sctp)(_(proto|port|addr))?)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)


def is_service_link(variable: str, value: object) -> bool:
    """Whether a variable says where a service is.

    Of a service that is named `redefluss-web`, such variables are REDEFLUSS_WEB_SERVICE_HOST=10.0.0.1 and
    REDEFLUSS_WEB_PORT=tcp://10.0.0.1:80.
    """
    if _PLACE.fullmatch(variable):
        return True
    return variable.lower().endswith("_port") and isinstance(value, str) and _ADDRESS.match(value) is not None
