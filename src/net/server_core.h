// Behind ServerEndpoint: the links, and the gRPC server whose streams they are.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include "net/calls.h"
#include "net/line_limit.h"
#include "net/server_endpoint.h"
#include "net/server_stream.h"

namespace gleaner {

/// Parameters on their way to one worker.
struct Descent {
  struct Content {
    SharedVector numbers;
    std::vector<std::uint32_t> crcs;  // of the segments
  };
  Stamp stamp;
  std::shared_ptr<const Content> content;
  std::uint32_t next = 0;
};

/// All members are guarded by one mutex; streams are called under it, and call nothing under their own.
class ServerEndpoint::Core final : public grpc::CallbackGenericService {
 public:
  using LinkId = Places::LinkId;

  Core(EndpointOptions options, RemoteSink& sink);
  ~Core() override;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] Status listen();
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const EndpointOptions& options() const { return options_; }
  /// A line for people; of a flood of them some.
  void say(const std::string& line);

  void send(Peer peer, ServerMessage message);
  void send_parameters(Peer peer, Stamp stamp, SharedVector parameters);
  void drop(Peer peer, const std::string& why);
  void fill_places();
  void goodbye(const Goodbye& goodbye);

  // For the streams.
  LinkId connected(ServerStream* control, const std::string& from);
  void heard(LinkId link, const Right& right, const WorkerFrame& frame);
  /// Nothing more comes on the control stream.
  void ended(LinkId link);
  /// The link is of no use any more. Its worker may knock again.
  void broke(LinkId link, const std::string& why);
  /// The control stream is no more; `cut`: against the will of one end.
  void closed(LinkId link, bool cut);
  /// A second connection of a link says whose it is. Nothing: nobody's.
  [[nodiscard]] std::optional<LinkId> attach(const EarlierLife& life, ServerStream* vectors);
  void detached(LinkId link, ServerStream* vectors);
  /// A stream other than control has come; until known() nobody knows whose it is. False: there are too many.
  [[nodiscard]] bool stranger(ServerStream* stream);
  void known(ServerStream* stream);
  void segment(VectorSegment segment) { sink_.on_segment(std::move(segment)); }
  /// Hands gRPC so many more segments of the parameters on their way to a link.
  void pump(LinkId link, std::size_t segments);
  static constexpr std::size_t kInFlight = 2;  // segments of parameters that gRPC has at once

 private:
  struct Link {
    std::string from;
    std::chrono::steady_clock::time_point since;
    std::chrono::steady_clock::time_point heard;  // its last frame
    ServerStream* control = nullptr;
    ServerStream* vectors = nullptr;
    bool knocked = false;
    std::uint16_t version = kWireVersionLast;  // that both ends speak
    bool leaving = false;                      // it said so
    std::optional<std::chrono::steady_clock::time_point> vectors_ended{};
    std::optional<Peer> peer;     // placed
    std::optional<WorkerId> had;  // the place that it has or had
    std::optional<Descent> descent;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;

  void knock(LinkId link, const Right& right, const Knock& knock);
  void place(const Places::Place& place);
  void heard_after_the_end(Link& link, const WorkerFrame& frame);
  void stray(const Link& link);
  void turn_away(Link& link, const std::string& why);
  /// Its worker, if it had a place, is lost.
  void release(LinkId id, const std::string& why);
  void pump(Link& link, std::size_t segments);
  [[nodiscard]] Link* find(Peer peer);
  [[nodiscard]] std::shared_ptr<const Descent::Content> content_of(const SharedVector& parameters);
  void watch_knocks();
  [[nodiscard]] std::size_t links_max() const { return 2 * options_.workers + 64; }
  /// Who may still be told the end: who is linked, and whose link broke a moment ago.
  [[nodiscard]] bool all_have_heard() const;

  std::mutex say_mutex_;
  LineLimit lines_{20, 2};
  EndpointOptions options_;
  RemoteSink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::random_device random_;
  Places places_;
  std::map<LinkId, Link> links_;
  std::map<WorkerId, LinkId> placed_;
  std::map<ServerStream*, std::chrono::steady_clock::time_point> strangers_;
  std::map<WorkerId, std::chrono::steady_clock::time_point> strays_;  // whose links broke, and who may knock
  LinkId last_link_ = 0;
  std::weak_ptr<const Descent::Content> last_content_;
  std::optional<Goodbye> over_;  // what everybody is told from then on
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::thread watch_;
};

}  // namespace gleaner
