#include "cli/printable.hpp"

namespace handoff::apps {

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool is_upper_control = byte == 0xc2 && next >= 0x80 && next < 0xa0;
        const bool is_control = (byte < 0x20 && byte != '\n') || byte == 0x7f || is_upper_control;
        shown += is_control ? '?' : text[i];
        if (is_upper_control) ++i;
    }
    return shown;
}

}  // namespace handoff::apps
