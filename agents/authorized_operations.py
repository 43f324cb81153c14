"""Questions to a broker that are answered with what the log-in may do with a topic or a group, and which topic it is.

aiokafka knows neither: it stops at a version before for topics, and decodes the answer for groups as one before.
Source: https://kafka.apache.org/protocol.html (Metadata versions 8 and 10, DescribeGroups version 3).
"""

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.protocol.admin import DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Array,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)

TOPIC_ID = struct.Struct(">qq")


def _answer(
    array: type[Array], string: Any, topic_id: Sequence[tuple[str, Any]] = (), tags: Sequence[tuple[str, Any]] = ()
) -> Schema:
    """What is told of the cluster. Later versions tell the ids of topics, and have tags behind each structure."""
    broker = (("node_id", Int32), ("host", string), ("port", Int32), ("rack", string), *tags)
    partition = (
        ("error_code", Int16),
        ("partition", Int32),
        ("leader", Int32),
        ("leader_epoch", Int32),
        ("replicas", array(Int32)),
        ("isr", array(Int32)),
        ("offline_replicas", array(Int32)),
        *tags,
    )
    topic = (
        ("error_code", Int16),
        ("topic", string),
        *topic_id,
        ("is_internal", Boolean),
        ("partitions", array(*partition)),
        ("authorized_operations", Int32),
        *tags,
    )
    return Schema(
        ("throttle_time_ms", Int32),
        ("brokers", array(*broker)),
        ("cluster_id", string),
        ("controller_id", Int32),
        ("topics", array(*topic)),
        ("cluster_authorized_operations", Int32),
        *tags,
    )


TOPIC_ID_FIELDS = (("topic_id_high", Int64), ("topic_id_low", Int64))
TAGS = (("tags", TaggedFields),)
FLAGS = (
    ("allow_auto_topic_creation", Boolean),
    ("include_cluster_authorized_operations", Boolean),
    ("include_topic_authorized_operations", Boolean),
)


class MetadataResponse8(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = _answer(Array, String())


class MetadataRequest8(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = MetadataResponse8
    SCHEMA = Schema(("topics", Array(String())), *FLAGS)


class MetadataResponse10(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = _answer(CompactArray, CompactString(), TOPIC_ID_FIELDS, TAGS)


class MetadataRequest10(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = MetadataResponse10
    SCHEMA = Schema(("topics", CompactArray(*TOPIC_ID_FIELDS, ("topic", CompactString()), *TAGS)), *FLAGS, *TAGS)


class TopicsRequest(Request[MetadataRequest8 | MetadataRequest10]):  # type: ignore[misc]
    """What is known of some topics, and what the log-in may do with them; none is created by asking.

    Args:
        topics: their names, with prefix.
    """

    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(
        self, request_struct_class: type[MetadataRequest8 | MetadataRequest10]
    ) -> MetadataRequest8 | MetadataRequest10:
        """The request as it goes over the wire."""
        if request_struct_class is MetadataRequest10:
            return request_struct_class([(0, 0, topic, {}) for topic in self._topics], False, False, True, {})
        return request_struct_class(self._topics, False, False, True)


def topic_id(topic: Mapping[str, Any]) -> str | None:
    """The id of a topic in an answer to `TopicsRequest`, as Kafka's tools write it; None if the broker has none.

    A topic that was deleted and created again has another one.
    """
    id_bytes = TOPIC_ID.pack(topic.get("topic_id_high", 0), topic.get("topic_id_low", 0))
    return base64.urlsafe_b64encode(id_bytes).decode().rstrip("=") if any(id_bytes) else None


class DescribeGroupsRequest3(RequestStruct):  # type: ignore[misc]
    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = Schema(("groups", Array(String())), ("include_authorized_operations", Boolean))


class GroupRequest(Request[DescribeGroupsRequest3]):  # type: ignore[misc]
    """What is known of a consumer group, and what the log-in may do with it. Only its coordinator answers.

    Args:
        group: its name, with prefix.
    """

    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[DescribeGroupsRequest3]) -> DescribeGroupsRequest3:
        """The request as it goes over the wire."""
        return request_struct_class([self._group], True)
