// Inputs that are no files: rtsp://..., http://...
#pragma once

#include <string>

namespace handoff::apps::sender {

/// "scheme://..."; what FFmpeg makes of the scheme is not looked at.
bool is_address(const std::string& word);

/// A text without the "user:password@" of the addresses in it: it goes to terminals, logs and names of files.
std::string without_password(std::string text);

/// What frames from there are called: the last part of its path, else its host.
std::string name_of_address(const std::string& address);

}  // namespace handoff::apps::sender
