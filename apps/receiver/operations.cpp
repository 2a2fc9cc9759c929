#include "receiver/operations.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/imgproc.hpp>

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace handoff::apps::receiver {

namespace {

constexpr std::array<std::pair<Operation, std::string_view>, 7> names{{{Operation::none, "none"},
                                                                       {Operation::gray, "gray"},
                                                                       {Operation::blur, "blur"},
                                                                       {Operation::edges, "edges"},
                                                                       {Operation::flip, "flip"},
                                                                       {Operation::equalize, "equalize"},
                                                                       {Operation::checksum, "checksum"}}};

/// The conversions that a picture needs on its way to grey, and to luminance and back.
struct Conversions {
    Encoding encoding;
    int to_gray;
    int to_luminance;
    int from_luminance;
};
constexpr int none_needed = -1;
constexpr std::array<Conversions, 5> of_8_bits{{
    {Encoding::mono8, none_needed, none_needed, none_needed},
    {Encoding::bgr8, cv::COLOR_BGR2GRAY, cv::COLOR_BGR2YCrCb, cv::COLOR_YCrCb2BGR},
    {Encoding::rgb8, cv::COLOR_RGB2GRAY, cv::COLOR_RGB2YCrCb, cv::COLOR_YCrCb2RGB},
    {Encoding::bgra8, cv::COLOR_BGRA2GRAY, cv::COLOR_BGR2YCrCb, cv::COLOR_YCrCb2BGR},
    {Encoding::rgba8, cv::COLOR_RGBA2GRAY, cv::COLOR_RGB2YCrCb, cv::COLOR_YCrCb2RGB},
}};

std::optional<Conversions> conversions_for(Encoding encoding) {
    for (const Conversions& row : of_8_bits)
        if (row.encoding == encoding) return row;
    return {};
}

/// What grey is made of where there are more than 8 bits, and what it becomes: as many bits as before.
struct DeepGray {
    Encoding encoding;
    int to_gray;
    Encoding after;
};
constexpr std::array<DeepGray, 9> deep_grays{{
    {Encoding::mono16, none_needed, Encoding::mono16},
    {Encoding::type_16UC1, none_needed, Encoding::type_16UC1},
    {Encoding::bgr16, cv::COLOR_BGR2GRAY, Encoding::mono16},
    {Encoding::rgb16, cv::COLOR_RGB2GRAY, Encoding::mono16},
    {Encoding::type_16UC3, cv::COLOR_BGR2GRAY, Encoding::type_16UC1},
    {Encoding::type_16UC4, cv::COLOR_BGRA2GRAY, Encoding::type_16UC1},
    {Encoding::type_32FC1, none_needed, Encoding::type_32FC1},
    {Encoding::type_32FC3, cv::COLOR_BGR2GRAY, Encoding::type_32FC1},
    {Encoding::type_32FC4, cv::COLOR_BGRA2GRAY, Encoding::type_32FC1},
}};

std::optional<DeepGray> deep_gray_for(Operation operation, Encoding encoding) {
    for (const DeepGray& row : deep_grays)
        if (operation == Operation::gray && row.encoding == encoding) return row;
    return {};
}

bool works_on_any_channels(Operation operation) {
    return operation == Operation::blur || operation == Operation::flip;
}

void to_gray(const cv::Mat& before, int code, cv::Mat& gray) {
    if (code == none_needed)
        before.copyTo(gray);
    else
        cv::cvtColor(before, gray, code);
}

void equalize(const cv::Mat& before, const Conversions& colour, cv::Mat& after) {
    if (colour.to_luminance == none_needed) {
        cv::equalizeHist(before, after);
        return;
    }
    cv::Mat picture;
    cv::cvtColor(before, picture, colour.to_luminance);
    std::array<cv::Mat, 3> planes;
    cv::split(picture, planes.data());
    cv::equalizeHist(planes[0], planes[0]);
    cv::merge(planes.data(), planes.size(), picture);
    if (before.channels() == 3) {
        cv::cvtColor(picture, after, colour.from_luminance);
        return;
    }
    cv::Mat alpha;
    cv::extractChannel(before, alpha, 3);
    cv::cvtColor(picture, after, colour.from_luminance, 4);
    cv::insertChannel(alpha, after, 3);
}

void carry_out(Operation operation, const cv::Mat& before, Encoding encoding, cv::Mat& after) {
    if (operation == Operation::blur) return cv::GaussianBlur(before, after, {5, 5}, 0);
    if (operation == Operation::flip) return cv::flip(before, after, 1);
    if (const auto deep = deep_gray_for(operation, encoding)) return to_gray(before, deep->to_gray, after);
    const Conversions colour = conversions_for(encoding).value();
    if (operation == Operation::gray) return to_gray(before, colour.to_gray, after);
    if (operation == Operation::equalize) return equalize(before, colour, after);
    cv::Mat gray;
    to_gray(before, colour.to_gray, gray);
    cv::Canny(gray, after, 80, 160);
}

}  // namespace

result<Operation> operation_named(std::string_view name) {
    std::string known;
    for (const auto& [operation, word] : names) {
        if (word == name) return operation;
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    return Failure(Errc::invalid_argument, "'" + std::string(name) + "' is not an operation; there are: " + known);
}

std::string_view name_of(Operation operation) noexcept {
    for (const auto& [known, word] : names)
        if (known == operation) return word;
    return "unknown";
}

std::vector<std::string> names_of_operations() {
    std::vector<std::string> all;
    for (const auto& [operation, word] : names) all.emplace_back(word);
    return all;
}

bool makes_a_picture(Operation operation) noexcept {
    return operation != Operation::none && operation != Operation::checksum;
}

Encoding encoding_after(Operation operation, Encoding encoding) {
    if (works_on_any_channels(operation) && encoding != Encoding::none) return encoding;
    if (const auto deep = deep_gray_for(operation, encoding)) return deep->after;
    if (!conversions_for(encoding))
        throw Error(Errc::invalid_argument,
                    std::string(name_of(operation)) + " works on pictures of mono8, bgr8, rgb8, bgra8, rgba8" +
                        (operation == Operation::gray ? ", and of 16 bits or 32-bit floats" : "") + ", not on " +
                        std::string(name_of(encoding)) + "; sender --bgr8 sends 16 bits as 8");
    return operation == Operation::equalize ? encoding : Encoding::mono8;
}

void transform(Operation operation, const cv::Mat& before, Encoding encoding, cv::Mat& after) {
    encoding_after(operation, encoding);
    try {
        carry_out(operation, before, encoding, after);
    } catch (const cv::Exception& error) {
        throw Error(Errc::invalid_argument, "OpenCV cannot " + std::string(name_of(operation)) + " this " +
                                                std::string(name_of(encoding)) + " picture: " + error.err);
    }
}

std::string checksum_of(std::span<const std::byte> bytes) {
    std::uint64_t sum = 0xcbf29ce484222325U;
    for (const std::byte byte : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t digit = 16; digit-- > 0; sum >>= 4U) text[digit] = hex[sum & 15U];
    return text;
}

}  // namespace handoff::apps::receiver
