// sender: hands pictures over and waits until they were processed.
#include "common/program.hpp"
#include "common/quiet_opencv.hpp"
#include "sender/decoder_log.hpp"
#include "sender/job.hpp"

int main(int argc, char** argv) {
    using namespace handoff::apps;
    quieten_opencv(!sender::decoder_log::keep());  // what FFmpeg says about damage is counted
    return run_program("sender", [&] {
        const auto options = sender::read_options(argc, argv);
        return options ? sender::run_sender(*options) : ExitCode::ok;
    });
}
