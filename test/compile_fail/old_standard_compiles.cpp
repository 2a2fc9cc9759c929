#include <handoff/channel.hpp>

int main() {
    handoff::Sender sender("frames");
}
