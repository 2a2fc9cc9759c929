#include "mcap/cursor.hpp"

namespace handoff::apps::mcap {

std::optional<Record> Cursor::next() {
    if (end_ - at_ < record_head_bytes) return std::nullopt;
    ByteReader head(file_->peek(at_, record_head_bytes));
    const std::uint8_t opcode = head.u8();
    const std::uint64_t length = head.u64();
    if (!head.ok() || opcode == 0 || length > end_ - at_ - record_head_bytes) return std::nullopt;
    const Record record{static_cast<Opcode>(opcode), at_ + record_head_bytes, length};
    at_ = record.end();
    return record;
}

}  // namespace handoff::apps::mcap
