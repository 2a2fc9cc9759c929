#include "mcap/array_message.hpp"

#include <cstring>

namespace handoff::apps::mcap {

const Schema& array_schema() {
    static const Schema schema{
        "handoff/Array", "x-text",
        "Little-endian. Bytes 0 to 15: 0. 16: uint32, the number of the encoding 'array'. 20: uint8 type (1 bool, 2\n"
        "uint8, 3 uint16, 4 uint32, 5 uint64, 6 int8, 7 int16, 8 int32, 9 int64, 10 float16, 11 float32, 12 float64,\n"
        "13 bfloat16). 21: uint8 rank, 0 to 8. 22: 0. 24: int64 time of capture, ns since 1970, 0: not known. 32: "
        "eight\n"
        "uint32 extents, slowest first. 64: the elements in C order.\n"};
    return schema;
}

void write_array_head(std::vector<std::byte>& head, const Image& description) {
    head.resize(sizeof description);
    std::memcpy(head.data(), &description, sizeof description);
}

std::optional<ArrayMessage> read_array_message(Bytes message) {
    ArrayMessage read;
    if (message.size() < sizeof read.description) return std::nullopt;
    std::memcpy(&read.description, message.data(), sizeof read.description);
    read.payload = message.subspan(sizeof read.description);
    if (!read.description.is_array() || !check_description(read.description, read.payload.size())) return std::nullopt;
    return read;
}

}  // namespace handoff::apps::mcap
