// sender: hands pictures over and waits until they were processed.
#include "cli/program.hpp"
#include "pictures/quiet_opencv.hpp"
#include "sender/decoder_log.hpp"
#include "sender/run.hpp"
#include "sender/stoppable.hpp"

#include <cstdlib>

int main(int argc, char** argv) {
    using namespace handoff::apps;
    quieten_opencv(!sender::decoder_log::keep());  // FFmpeg's messages about damage are counted
    const int code = run_program("sender", [&] {
        const auto options = sender::read_options(argc, argv);
        return options ? sender::run_sender(*options) : ExitCode::ok;
    });
    if (sender::some_thread_was_left_behind()) std::_Exit(code);  // all is written, and it uses what exit() destroys
    return code;
}
