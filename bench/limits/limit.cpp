// The limit: hand-made code that does nothing but what the work needs. It survives nothing, checks nothing, and takes
// no second user; what it costs is what the machine costs.
#include "contender/contender.hpp"
#include "limits/broadcast.hpp"
#include "limits/flag.hpp"
#include "limits/latest.hpp"
#include "limits/ring.hpp"

int main(int argc, char** argv) {
    return bench::Contender("limit", bench::Kind::limit,
                            "hand-made: a flag (balanced: spins, then a futex; sleep: a bare futex), a ring with "
                            "cached positions (several on a side: Vyukov's), a triple buffer; with more processes "
                            "than cores, who spins yields after 16 looks")
        .round_trip<limit::Client, limit::Server>()
        .one_way<limit::Producer, limit::Consumer>()
        .open_loop<limit::MailProducer, limit::MailConsumer>()
        .start<limit::MailProducer, limit::MailConsumer>()
        .broadcast<limit::Publisher, limit::Subscriber>()
        .latest<limit::Writer, limit::Reader>()
        .refuse([](const bench::Task& task) -> std::string {
            const bool has_several = task.pattern == bench::Pattern::latest && task.givers + task.takers > 2;
            return has_several ? "a triple buffer is for two" : "";
        })
        .run(argc, argv);
}
