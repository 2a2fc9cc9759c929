#include "cli/report.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace report {

using namespace handoff::apps;
using namespace std::chrono_literals;

RunStatistics some_statistics() {
    RunStatistics statistics;
    statistics.frames = 10;
    statistics.processed = 8;
    statistics.failed = 2;
    statistics.redelivered = 1;
    statistics.bytes = 3000;
    statistics.round_trip_ns.add(100);
    statistics.round_trip_ns.add(200);
    return statistics;
}
}  // namespace report

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(json_escapes_what_it_must) {
    BOOST_TEST(json_quoted("plain") == "\"plain\"");
    BOOST_TEST(json_quoted("a\"b\\c\n") == "\"a\\\"b\\\\c\\u000a\"");
    BOOST_TEST(json_quoted("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
    BOOST_TEST(json_quoted("\xff\xc3") == "\"\\ufffd\\ufffd\"");
    BOOST_TEST(json_quoted("\xed\xa0\x80") == "\"\\ufffd\\ufffd\\ufffd\"");
}

BOOST_AUTO_TEST_CASE(a_sender_reports_one_object_with_the_promised_keys) {
    BOOST_TEST(report_in_json(Reporter::sender, "frames", some_statistics(), 2s) ==
               "{\"channel\": \"frames\", \"frames\": 10, \"processed\": 8, \"failed\": 2, \"redelivered\": 1, "
               "\"skipped\": 0, \"reduced\": 0, \"damaged\": 0, \"timed_out\": 0, "
               "\"saved\": 0, \"bytes\": \"3000\", \"seconds\": 2.000, "
               "\"frames_per_second\": 5.000, \"round_trip_p50_ns\": 100, \"round_trip_p99_ns\": 200, "
               "\"round_trip_max_ns\": 200}");
}

BOOST_AUTO_TEST_CASE(a_receiver_that_did_nothing_reports_zeros) {
    const std::string json = report_in_json(Reporter::receiver, "frames", RunStatistics{}, 0s);
    BOOST_TEST(json.find("\"frames_per_second\": 0.000") != std::string::npos);
    BOOST_TEST(json.find("\"processing_p99_ns\": 0") != std::string::npos);
    BOOST_TEST(json.find("null") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(words_name_what_happened) {
    const std::string words = format_report(Reporter::sender, some_statistics(), 2s);
    BOOST_TEST(words ==
               "10 frames sent, 3000 bytes in 2 s: 5.0 frames/s\n"
               "processed 8, failed 2, redelivered 1, skipped 0\n"
               "round trip: p50 100 ns, p99 200 ns, max 200 ns");
}

BOOST_AUTO_TEST_CASE(the_exit_code_follows_from_the_counts) {
    RunStatistics statistics;
    BOOST_TEST((statistics.exit_code() == ExitCode::ok));
    statistics.skipped = 1;
    BOOST_TEST((statistics.exit_code() == ExitCode::failed));
    statistics.timed_out = 1;
    BOOST_TEST((statistics.exit_code() == ExitCode::timed_out));
    BOOST_TEST((exit_code_of(handoff::Errc::no_such_segment) == ExitCode::no_such_channel));
    BOOST_TEST((exit_code_of(handoff::Errc::permission_denied) == ExitCode::permission));
    BOOST_TEST((exit_code_of(handoff::Errc::invalid_argument) == ExitCode::usage));
    BOOST_TEST((exit_code_of(handoff::Errc::mismatch) == ExitCode::failed));
}

BOOST_AUTO_TEST_CASE(tallies_of_threads_add_up) {
    RunStatistics sum = some_statistics();
    sum.add(some_statistics());
    BOOST_TEST(sum.frames == 20U);
    BOOST_TEST(sum.failed == 4U);
    BOOST_TEST(sum.bytes == 6000U);
    BOOST_TEST(sum.round_trip_ns.count() == 4U);
}

BOOST_AUTO_TEST_CASE(progress_fits_into_the_terminal) {
    BOOST_TEST(progress_line(250, 500, 58.25, 200) ==
               "[============            ]  50 %  250 of 500 frames, 58.2 frames/s");
    BOOST_TEST(progress_line(7, {}, 2, 200) == "7 frames, 2.0 frames/s");
    BOOST_TEST(progress_line(600, 500, 1, 200).find("100 %") != std::string::npos);
    BOOST_TEST(progress_line(250, 500, 58.25, 20).size() == 20U);
    BOOST_TEST(progress_line(250, 500, 58.25, 0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
