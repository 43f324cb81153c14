"""An Apache Kafka with all that guards one: TLS, client certificates, log-ins, and permissions.

Nobody may do anything but ANONYMOUS, which is who comes over the plain listener: it is the administrator of the tests.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import trustme
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from agents.permissions import BITS, Need
from tests.support.kafka_broker import KafkaBroker
from tests.support.ports import free_port

PASSWORD = "das-Wort-42"
USERS = ("worker", "cleaner", "newsroom", "writer", "reader", "replayer", "sink", "administrator", "nobody")
"""Who can log in, each with `PASSWORD`. The certificate of `certificate_of` is for the user `machine`."""
LISTENERS = ("TLS", "MUTUAL", "LOGIN", "OPENLOGIN")
ANY, LITERAL, ALLOW, ANY_HOST = 1, 3, 3, "*"
SETTLE_SECONDS = 30.0
"""Until the broker goes by new permissions."""
RESOURCES = {"topic": 2, "group": 3, "cluster": 4}

SECURITY = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
ssl.principal.mapping.rules=RULE:^.*OU=([a-z]+).*$/$1/,DEFAULT
listener.name.tls.ssl.client.auth=none
listener.name.mutual.ssl.client.auth=required
listener.name.login.ssl.client.auth=none
"""
LOGIN = """\
listener.name.{name}.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN,OAUTHBEARER
listener.name.{name}.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.{name}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required {users};
listener.name.{name}.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule \
required unsecuredLoginStringClaim_sub="broker";
"""
PROTOCOLS = {"TLS": "SSL", "MUTUAL": "SSL", "LOGIN": "SASL_SSL", "OPENLOGIN": "SASL_PLAINTEXT"}


class SecuredKafka(KafkaBroker):
    """One node with a listener for each way in.

    Attributes:
        authority: what the certificates of the broker and of `machine` are signed by; its own is `ca_file`.
        ports: by listener: TLS alone, TLS with a client's certificate, a log-in over TLS, a log-in without TLS.
    """

    def __init__(self) -> None:
        super().__init__()
        self.authority = trustme.CA()
        self.ports = {listener: free_port() for listener in LISTENERS}

    @property
    def ca_file(self) -> Path:
        """The authority's certificate (PEM)."""
        return self.folder / "ca.pem"

    def address_of(self, listener: str) -> str:
        """As in the setting `broker`."""
        return f"kafka://{self.host}:{self.ports[listener]}"

    def certificate_of(self, authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
        """A certificate and a key of a client, whom the broker takes for the user `machine`."""
        issued = authority.issue_cert("client.example", organization_unit_name="machine")
        certificate, key = folder / "client.pem", folder / "client.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        return certificate, key

    async def allow(self, user: str, needs: Iterable[Need]) -> None:
        """Give a user permissions, and no others."""
        needs = dict.fromkeys(needs)
        requests = [DeleteAclsRequest(ANY, None, ANY, f"User:{user}", None, ANY, ANY)]
        for need in needs:
            who = f"User:{user}", ANY_HOST
            operation = BITS[need.operation]
            requests.append(CreateAclsRequest(RESOURCES[need.kind], need.name, LITERAL, *who, operation, ALLOW))
        client = AIOKafkaClient(bootstrap_servers=[f"{self.host}:{self.port}"])
        await client.bootstrap()
        try:
            for request in requests:
                await client.send(client.get_random_node(), request)
            question = DescribeAclsRequest(ANY, None, ANY, f"User:{user}", None, ANY, ANY)
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    resources = (await client.send(client.get_random_node(), question)).to_object()["resources"]
                    if sum(len(resource["acls"]) for resource in resources) == len(requests) - 1:
                        return
                    await asyncio.sleep(0.05)
        finally:
            await client.close()

    def _properties(self) -> str:
        issued = self.authority.issue_cert(self.host)
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # the only form that Kafka reads
        (self.folder / "server.pem").write_bytes(pem + b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        self.authority.cert_pem.write_to_path(self.ca_file)
        lines = []
        for line in super()._properties().splitlines():
            name, _, value = line.partition("=")
            if name in {"listeners", "advertised.listeners"}:
                value += "".join(f",{listener}://127.0.0.1:{port}" for listener, port in self.ports.items())
            elif name == "listener.security.protocol.map":
                value += "".join(f",{listener}:{PROTOCOLS[listener]}" for listener in LISTENERS)
            lines.append(f"{name}={value}")
        users = " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
        parts = [
            SECURITY.format(folder=self.folder),
            *(LOGIN.format(name=n, users=users) for n in ("login", "openlogin")),
        ]
        return "\n".join([*lines, *parts])

    def _format_options(self) -> list[str]:
        words = [f"SCRAM-SHA-512=[name={user},password={PASSWORD},iterations=4096]" for user in USERS]
        return [*super()._format_options(), *(word for user in words for word in ("--add-scram", user))]
