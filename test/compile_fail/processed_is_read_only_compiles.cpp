#include <handoff/channel.hpp>

std::byte look(const handoff::Processed& processed) {
    return processed.reply()[0] | processed.payload()[0];
}
