"""One record of the original file: its values from its bytes, and its bytes from its values."""

import base64
import hashlib
import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.formats.tfrecord import read_records, write_record
from nasbench_db.nasbench101.record import (
    BEFORE_METRICS,
    Evaluation,
    Metrics,
    decode_block,
    decode_metrics,
    decode_texts,
    encode_block,
    encode_metrics,
    encode_row,
    parse_row,
    unpack_metrics,
)

# The first record of the published file.
FIRST_HASH = "00005c142e6f48ac74fdcf73e3439874"
FIRST_ADJACENCY = "0100110001000000010010000010000001000000010000000"
FIRST_OPS = (
    "input,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,conv1x1-bn-relu,output"
)
FIRST_METRICS = Metrics(
    (
        Evaluation(0.0, 0.0, 0.1002604141831398, 0.09775640815496445, 0.09985977411270142),
        Evaluation(
            2.0, 45.152000427246094, 0.10166265815496445, 0.10526842623949051, 0.10436698794364929
        ),
        Evaluation(
            4.0, 89.90399932861328, 0.3498597741127014, 0.3489583432674408, 0.3504607379436493
        ),
    ),
    8_555_530,
    413.7015450000763,
)
FIRST_SHA256 = "9a46bc1aa74daf6e6e1cfbe008c43b6125e11b15907d190a44b1ab3fabf1781d"

doubles = st.floats()
present = st.builds(Evaluation, doubles, doubles, doubles, doubles, doubles, st.just(""))
maybe = st.none() | doubles
evaluations = st.builds(Evaluation, maybe, maybe, maybe, maybe, maybe, st.text(max_size=200))
any_metrics = st.builds(
    Metrics,
    st.lists(evaluations, max_size=5).map(tuple),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    maybe,
)
published_metrics = st.builds(
    Metrics, st.tuples(present, present, present), st.integers(128, 2**35 - 1), doubles
)

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(value):
    """A number as protocol buffers write it, seven bits at a time."""
    digits = []
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])


def field(number, kind, value):
    """A field of a message; ``value`` is a number for a varint or else bytes."""
    key = varint(number << 3 | kind)
    if kind == VARINT:
        return key + varint(value)
    return key + (varint(len(value)) if kind == BYTES else b"") + value


def double(value):
    """The eight bytes of a double."""
    return struct.pack("<d", value)


def block_of(messages):
    """What ``decode_block`` finds, as metrics without total time, or None where not known."""
    known, numbers, parameters = decode_block(messages)
    assert known.shape == (len(messages),)
    assert numbers.shape == (len(messages), 3, 5)
    assert parameters.shape == (len(messages),)
    return [
        repr(([Evaluation(*evaluation) for evaluation in rows], number)) if is_known else None
        for is_known, rows, number in zip(
            known.tolist(), numbers.tolist(), parameters.tolist(), strict=True
        )
    ]


def one_by_one(message):
    """What ``decode_metrics`` finds, in the form of ``block_of``."""
    metrics = decode_metrics(message)
    return repr((list(metrics.evaluations), metrics.trainable_parameters))


def frame(payload):
    """A payload as the only record of a file."""
    file = io.BytesIO()
    write_record(file, payload)
    return file.getvalue()


def test_first_published_record_is_written_byte_for_byte():
    """Its values give the 417 bytes whose SHA-256 is known."""
    message = encode_metrics(FIRST_METRICS)
    whole = frame(encode_row(FIRST_HASH, 4, FIRST_ADJACENCY, FIRST_OPS, message))
    assert len(whole) == 417
    assert hashlib.sha256(whole).hexdigest() == FIRST_SHA256


def test_first_published_record_comes_back():
    """What was written of it is read to the last digit."""
    message = encode_metrics(FIRST_METRICS)
    row = parse_row(encode_row(FIRST_HASH, 4, FIRST_ADJACENCY, FIRST_OPS, message))
    assert row[:4] == (FIRST_HASH, 4, FIRST_ADJACENCY, FIRST_OPS)
    assert decode_metrics(unpack_metrics(row[4])) == FIRST_METRICS
    assert block_of([message]) == [one_by_one(message)]


def test_real_record_has_the_published_values(data):
    """The real file's bytes give the known values, and these the bytes."""
    path = data / "nasbench101" / "first_record.tfrecord"
    ((_, payload),) = read_records(path)
    module_hash, epochs, adjacency, operations, packed = parse_row(payload)
    assert (module_hash, epochs) == (FIRST_HASH, 4)
    assert (adjacency, operations) == (FIRST_ADJACENCY, FIRST_OPS)
    message = unpack_metrics(packed)
    assert decode_metrics(message) == FIRST_METRICS
    assert encode_metrics(FIRST_METRICS) == message
    assert encode_row(module_hash, epochs, adjacency, operations, message) == payload
    assert frame(payload) == path.read_bytes()


def test_real_records_with_more_fields_are_read(data):
    """A benchmark that added fields of its own is read as far as the fields are known."""
    messages = []
    for _, payload in read_records(data / "nasbench101" / "ec_nas_4v.tfrecord"):
        _, epochs, _, _, packed = parse_row(payload)
        assert epochs in (4, 12, 36, 108)
        messages.append(unpack_metrics(packed))
        metrics = decode_metrics(messages[-1])
        assert [evaluation.current_epoch for evaluation in metrics.evaluations] in (
            [0.0, 1.0, epochs],
            [0.0, 2.0, epochs],
        )
        assert metrics.trainable_parameters > 0
        assert metrics.total_time > 0
        for evaluation in metrics.evaluations:
            assert evaluation.checkpoint_path == ""  # its field 6 is a double
            assert all(0 <= accuracy <= 1 for accuracy in evaluation[2:5])
    assert len(messages) == 1092
    assert block_of(messages) == [None] * 1092


@given(any_metrics)
def test_metrics_come_back_as_encoded(metrics):
    """Any doubles, also NaN and infinite ones, and any absent fields are read back."""
    assert repr(decode_metrics(encode_metrics(metrics))) == repr(metrics)


@given(published_metrics)
def test_encoding_is_that_of_the_format(metrics):
    """The message is the fields of the definition, one behind the other."""
    expected = b"".join(
        field(
            1,
            BYTES,
            b"".join(
                field(number, FIXED64, double(value))
                for number, value in enumerate(evaluation[:5], 1)
            ),
        )
        for evaluation in metrics.evaluations
    )
    expected += field(2, VARINT, metrics.trainable_parameters)
    expected += field(3, FIXED64, double(metrics.total_time))
    assert encode_metrics(metrics) == expected


def test_empty_message_has_no_values():
    """Nothing is invented where nothing is written."""
    assert decode_metrics(b"") == Metrics((), None, None)
    assert encode_metrics(Metrics((), None, None)) == b""
    assert decode_metrics(field(1, BYTES, b"")) == Metrics((Evaluation(*[None] * 5),), None, None)


@pytest.mark.parametrize("path", ["/cns/ä/model.ckpt-7", "x" * 127, "x" * 128, "x" * 20_000])
def test_checkpoint_path_comes_back(path):
    """A path of any length is read back."""
    metrics = Metrics((FIRST_METRICS.evaluations[0]._replace(checkpoint_path=path),), 1, 2.0)
    assert decode_metrics(encode_metrics(metrics)) == metrics


def test_negative_number_of_parameters_comes_back():
    """Protocol buffers write it with ten bytes."""
    message = encode_metrics(Metrics((), -1, None))
    assert message == b"\x10" + b"\xff" * 9 + b"\x01"
    assert decode_metrics(message).trainable_parameters == -1


def test_number_of_ten_bytes_keeps_its_64_bits():
    """As in protocol buffers, what a tenth byte holds beyond them is dropped."""
    message = b"\x10" + b"\xff" * 9 + b"\x7f"
    assert decode_metrics(message).trainable_parameters == -1


unknown_fields = st.one_of(
    st.builds(field, st.integers(7, 5000), st.just(VARINT), st.integers(0, 2**64 - 1)),
    st.builds(field, st.integers(7, 5000), st.just(FIXED64), st.binary(min_size=8, max_size=8)),
    st.builds(field, st.integers(7, 5000), st.just(FIXED32), st.binary(min_size=4, max_size=4)),
    st.builds(field, st.integers(7, 5000), st.just(BYTES), st.binary(max_size=200)),
)
otherwise_typed_evaluation_fields = st.one_of(
    st.builds(field, st.integers(1, 6), st.just(VARINT), st.integers(0, 2**64 - 1)),
    st.builds(field, st.integers(1, 6), st.just(FIXED32), st.binary(min_size=4, max_size=4)),
    st.builds(field, st.integers(1, 5), st.just(BYTES), st.binary(max_size=20)),
    st.builds(field, st.just(6), st.just(FIXED64), st.binary(min_size=8, max_size=8)),
)
otherwise_typed_metrics_fields = st.one_of(
    st.builds(field, st.integers(1, 3), st.just(FIXED32), st.binary(min_size=4, max_size=4)),
    st.builds(field, st.sampled_from([2, 3]), st.just(BYTES), st.binary(max_size=20)),
    st.builds(field, st.sampled_from([1, 3]), st.just(VARINT), st.integers(0, 2**64 - 1)),
    st.builds(field, st.sampled_from([1, 2]), st.just(FIXED64), st.binary(min_size=8, max_size=8)),
)


@given(any_metrics, st.data())
def test_other_fields_are_passed_over(metrics, draw):
    """Fields with other numbers or types change nothing, wherever they stand."""

    def mixed(fields, strategy):
        others = draw.draw(st.lists(strategy, max_size=4))
        for other in others:
            fields.insert(draw.draw(st.integers(0, len(fields))), other)
        return b"".join(fields)

    fields = []
    for evaluation in metrics.evaluations:
        inner = [
            field(number, FIXED64, double(value))
            for number, value in enumerate(evaluation[:5], 1)
            if value is not None
        ]
        inner.append(field(6, BYTES, evaluation.checkpoint_path.encode()))
        body = mixed(inner, unknown_fields | otherwise_typed_evaluation_fields)
        fields.append(field(1, BYTES, body))
    if metrics.trainable_parameters is not None:
        fields.append(field(2, VARINT, metrics.trainable_parameters & 2**64 - 1))
    if metrics.total_time is not None:
        fields.append(field(3, FIXED64, double(metrics.total_time)))
    message = mixed(fields, unknown_fields | otherwise_typed_metrics_fields)
    assert repr(decode_metrics(message)) == repr(metrics)


def test_fields_may_stand_in_any_order():
    """The order of fields within a message means nothing, that of the evaluations does."""
    inner = [field(number, FIXED64, double(number)) for number in (5, 3, 1, 4, 2)]
    first, second = field(1, BYTES, b"".join(inner)), field(1, BYTES, b"")
    message = field(3, FIXED64, double(9.5)) + first + field(2, VARINT, 77) + second
    assert decode_metrics(message) == Metrics(
        (Evaluation(1.0, 2.0, 3.0, 4.0, 5.0), Evaluation(*[None] * 5)), 77, 9.5
    )


def test_message_cut_anywhere_is_noticed():
    """A cut within a field is an error, a cut between fields leaves the fields before it."""
    whole = encode_metrics(FIRST_METRICS)
    between = {
        0: (0, None),
        47: (1, None),
        94: (2, None),
        141: (3, None),
        146: (3, 8_555_530),
        155: (3, 8_555_530),
    }
    assert len(whole) == 155
    for cut in range(len(whole) + 1):
        if cut in between:
            metrics = decode_metrics(whole[:cut])
            found = (len(metrics.evaluations), metrics.trainable_parameters)
            assert found == between[cut]
        else:
            with pytest.raises(ValueError, match="the metrics are cut short"):
                decode_metrics(whole[:cut])


def test_evaluation_cut_anywhere_is_noticed():
    """The same holds within an evaluation that is as long as it says."""
    body = encode_metrics(FIRST_METRICS)[2:47]
    for cut in range(len(body) + 1):
        message = field(1, BYTES, body[:cut])
        if cut % 9 == 0:
            (evaluation,) = decode_metrics(message).evaluations
            kept = cut // 9
            assert evaluation[:5] == FIRST_METRICS.evaluations[0][:kept] + (None,) * (5 - kept)
        else:
            with pytest.raises(ValueError, match="the metrics are cut short"):
                decode_metrics(message)


@pytest.mark.parametrize("kind", [3, 4, 6, 7])
def test_wire_types_that_do_not_exist_are_refused(kind):
    """What has such a wire type is no protocol buffer of today."""
    for message in (bytes([1 << 3 | kind]) + bytes(20), b"\x0a\x02" + bytes([8 << 3 | kind, 0])):
        with pytest.raises(ValueError, match=f"not a protocol buffer: wire type {kind}"):
            decode_metrics(message)


def test_endless_number_is_refused():
    """A number of more than ten bytes is no protocol buffer."""
    for message in (b"\x80" * 11 + b"\x00", b"\x10" + b"\xff" * 11):
        with pytest.raises(ValueError, match="a number has more than ten bytes"):
            decode_metrics(message)


@given(st.binary(max_size=60))
def test_any_bytes_are_metrics_or_refused(message):
    """No message leads to another error, whatever it holds."""
    try:
        metrics = decode_metrics(message)
    except ValueError:
        assert block_of([message]) == [None]
    else:
        assert isinstance(metrics, Metrics)


@given(st.lists(published_metrics, max_size=8))
def test_block_of_published_layout_is_known(metrics):
    """All messages of the layout are known, also with numbers of different lengths."""
    messages = [encode_metrics(one) for one in metrics]
    assert block_of(messages) == [one_by_one(message) for message in messages]


@pytest.mark.parametrize("digits", [2, 3, 4, 5])
def test_block_knows_numbers_of_two_to_five_bytes(digits):
    """The smallest and the largest number of each length are read."""
    for parameters in (2 ** (7 * digits - 7), 2 ** (7 * digits) - 1):
        message = encode_metrics(FIRST_METRICS._replace(trainable_parameters=parameters))
        assert len(message) == 151 + digits
        assert block_of([message]) == [one_by_one(message)]


@pytest.mark.parametrize("parameters", [None, -1, 0, 127, 2**35, 2**63 - 1])
def test_block_leaves_other_numbers_to_be_decoded_one_by_one(parameters):
    """Numbers of other lengths are not of the layout."""
    message = encode_metrics(FIRST_METRICS._replace(trainable_parameters=parameters))
    assert block_of([message]) == [None]


def test_block_of_nothing_is_empty():
    """No messages give no values."""
    assert block_of([]) == []


def test_block_never_knows_a_message_with_another_tag():
    """Any other value of any byte that is not part of a value makes the layout unknown."""
    whole = encode_metrics(FIRST_METRICS)
    tags = [47 * n + at for n in range(3) for at in (0, 1, *range(2, 47, 9))] + [141, 146]
    messages = [
        whole[:at] + bytes([byte]) + whole[at + 1 :]
        for at in tags
        for byte in range(256)
        if byte != whole[at]
    ]
    assert len(messages) == 23 * 255
    known, _, _ = decode_block([*messages, whole])
    assert known.tolist() == [False] * len(messages) + [True]


def test_block_of_changed_digits_is_known_as_decoded_one_by_one():
    """A changed byte in the number of parameters changes it, or where it ends."""
    whole = encode_metrics(FIRST_METRICS)
    messages = [
        whole[:at] + bytes([byte]) + whole[at + 1 :]
        for at in range(142, 146)
        for byte in range(256)
    ]
    found = block_of(messages)
    assert sum(one is not None for one in found) == 4 * 128
    for message, one in zip(messages, found, strict=True):
        assert one is None or one == one_by_one(message)


mutations = st.tuples(st.integers(0, 2**16), st.integers(0, 255))


@st.composite
def damaged_messages(draw):
    """A message of the layout with up to three other bytes, or cut, or lengthened."""
    message = bytearray(encode_metrics(draw(published_metrics)))
    for at, byte in draw(st.lists(mutations, max_size=3)):
        message[at % len(message)] = byte
    cut = draw(st.integers(-3, 3))
    return bytes(message[:cut] if cut < 0 else message + bytes(cut))


@given(
    st.lists(
        damaged_messages()
        | published_metrics.map(encode_metrics)
        | any_metrics.map(encode_metrics)
        | st.binary(max_size=170),
        max_size=10,
    )
)
def test_block_never_knows_what_decodes_otherwise(messages):
    """Whatever the mixture, a message that is known has the values that it decodes to."""
    for message, found in zip(messages, block_of(messages), strict=True):
        assert found is None or found == one_by_one(message)


def texts_of(messages):
    """Messages as the ends of payloads, after what all of them begin with."""
    payloads = [encode_row("0" * 32, 4, "0100", "input,output", one) for one in messages]
    parts = [payload.rpartition(BEFORE_METRICS) for payload in payloads]
    assert len({before for before, _, _ in parts}) <= 1
    return [text for _, _, text in parts]


@given(st.lists(published_metrics.map(encode_metrics) | st.binary(max_size=230), max_size=8))
def test_texts_are_known_as_their_messages_are(messages):
    """Whatever the length of the base64, its lines and its padding."""
    found, expected = decode_texts(texts_of(messages)), decode_block(messages)
    assert [one.tobytes() for one in found] == [one.tobytes() for one in expected]


@given(
    published_metrics.map(encode_metrics),
    st.lists(st.tuples(st.integers(0), st.sampled_from(b'A/=\\n\n "].-')), max_size=3),
    st.integers(-2, 2),
)
def test_a_text_is_never_known_as_what_it_is_not(message, changes, cut):
    """A text that is known is one that the whole record gives, with other characters too."""
    (whole,) = texts_of([message])
    text = bytearray(whole)
    for at, character in changes:
        text[at % len(text)] = character
    text = bytes(text[:cut] if cut < 0 else text + b"A" * cut)
    known, evaluations, parameters = decode_texts([whole, text])
    assert known[0]
    if known[1]:
        payload = b'["hash", 4, "0100", "input,output", "' + text
        found = decode_block([unpack_metrics(parse_row(payload)[4])])
        assert found[0].all()
        assert evaluations[1].tobytes() == found[1].tobytes()
        assert parameters[1] == found[2][0]


@given(st.lists(published_metrics, max_size=8))
def test_encoded_block_equals_messages_encoded_one_by_one(metrics):
    """Many messages at once are the same bytes."""
    numbers = np.array([[e[:5] for e in one.evaluations] for one in metrics], dtype=np.float64)
    parameters = np.array([one.trainable_parameters for one in metrics], dtype=np.int64)
    total_times = np.array([one.total_time for one in metrics], dtype=np.float64)
    found = encode_block(numbers.reshape(-1, 3, 5), parameters, total_times)
    assert found == [encode_metrics(one) for one in metrics]


def test_row_is_the_json_that_python_writes():
    """The published rows are what ``json.dumps`` makes of ``base64.encodestring``."""
    for message in (b"x", b"x" * 57, b"x" * 58, b"\xfb\xff" * 57, encode_metrics(FIRST_METRICS)):
        text = base64.encodebytes(message).decode()
        assert encode_row("ab" * 16, 108, "0100", "input,output", message) == (
            json.dumps(["ab" * 16, 108, "0100", "input,output", text]).encode()
        )


@given(st.binary(max_size=400), st.integers(0, 10_000))
def test_rows_come_back_as_encoded(message, epochs):
    """Five elements and the message's bytes are read back, in lines of at most 76 characters."""
    row = parse_row(encode_row(FIRST_HASH, epochs, FIRST_ADJACENCY, FIRST_OPS, message))
    assert row[:4] == (FIRST_HASH, epochs, FIRST_ADJACENCY, FIRST_OPS)
    assert unpack_metrics(row[4]) == message
    assert row[4].endswith("\n")
    lines = row[4].splitlines()
    assert all(len(line) == 76 for line in lines[:-1])
    assert all(len(line) <= 76 for line in lines)


@pytest.mark.parametrize("separator", ["", "\n", "\r\n", " "])
def test_base64_may_have_any_line_breaks(separator):
    """Line breaks within the base64 mean nothing, wherever they stand."""
    message = encode_metrics(FIRST_METRICS)
    text = base64.b64encode(message).decode()
    for width in (4, 7, 76, 1000):
        lines = [text[at : at + width] for at in range(0, len(text), width)]
        assert unpack_metrics(separator.join(lines) + separator) == message


@pytest.mark.parametrize("text", ["A", "AAAAA", "AAA", "Ci0JAAAAAAAAAAARA=", "Zürich=="])
def test_what_is_not_base64_is_refused(text):
    """Base64 that ends too early or holds other letters is refused."""
    with pytest.raises(ValueError, match="the metrics are not base64"):
        unpack_metrics(text)


@pytest.mark.parametrize("space", ["", " ", "\n\t "])
def test_row_may_have_spaces(space):
    """It is JSON, whatever the spaces between its elements."""
    elements = (f'"{FIRST_HASH}"', "4", '"0100"', '"input,output"', '"eA=="')
    payload = f"{space},{space}".join(elements)
    assert parse_row(f"{space}[{space}{payload}{space}]{space}".encode()) == (
        FIRST_HASH,
        4,
        "0100",
        "input,output",
        "eA==",
    )


GOOD = ["hash", 4, "0100", "input,output", ""]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not JSON"),
        (b"\x00\xff\xfe", "not JSON"),
        (b"not json at all", "not JSON"),
        (json.dumps(GOOD).encode()[:-1], "not JSON"),
        (json.dumps(GOOD).encode() + b"x", "not JSON"),
        (json.dumps(GOOD).encode("utf-16"), "not JSON"),
        (b'["\xff", 4, "0100", "input,output", ""]', "not JSON"),
        (str(GOOD).encode(), "not JSON"),
        (b'["hash", NaN, "0100", "input,output", ""]', "not JSON"),
        (b"[]", "a list of five elements .* and is a list of 0"),
        (json.dumps(GOOD[:4]).encode(), "and is a list of 4"),
        (json.dumps([*GOOD, ""]).encode(), "and is a list of 6"),
        (json.dumps(dict(enumerate(GOOD))).encode(), "and is a dict"),
        (b'"hash4"', "and is a str"),
        (b"12345", "and is a int"),
        (b"null", "and is a NoneType"),
    ],
)
def test_payload_that_is_no_list_of_five_is_refused(payload, reason):
    """Anything but a JSON list of five elements is refused with what it is."""
    with pytest.raises(ValueError, match=reason):
        parse_row(payload)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (place, value)
        for place in range(5)
        for value in (None, True, False, 4.0, 4, "4", [4], {"a": 4}, 10**30)
        if type(value) is not type(GOOD[place]) or value == 10**30
    ],
)
def test_elements_of_other_types_are_refused(place, value):
    """Each element has one type; a whole float, a boolean and a huge number are not integers."""
    row = [*GOOD]
    row[place] = value
    with pytest.raises(ValueError, match="must be str, int, str, str, str and are"):
        parse_row(json.dumps(row).encode())
