// receiver: takes pictures, processes them and answers.
#include "cli/program.hpp"
#include "pictures/quiet_opencv.hpp"
#include "receiver/run.hpp"

int main(int argc, char** argv) {
    using namespace handoff::apps;
    quieten_opencv();
    return run_program("receiver", [&] {
        const auto options = receiver::read_options(argc, argv);
        return options ? receiver::run_receiver(*options) : ExitCode::ok;
    });
}
