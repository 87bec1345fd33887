"""Bad input to the commands of a cluster: server, worker, status, stop, train --local-processes."""


def case(name, args, *expected):
    return name, args.split(), expected


SERVER = "server --listen 127.0.0.1:0 "
WORKER = "worker --connect 127.0.0.1:9 "

CASES = [
    case("server without an address", "server", "--listen is missing", "--listen 127.0.0.1:7070"),
    case("server with no port", "server --listen localhost", "--listen localhost", "port"),
    case("server with a port too large", "server --listen 127.0.0.1:70000", "--listen 127.0.0.1:70000"),
    case("server at an address of another machine", "server --listen 192.0.2.1:7070 --insecure --rounds 1",
         "--listen 192.0.2.1:7070", "cannot be had"),
    case("server in plain text to everybody", "server --listen 0.0.0.0:7070", "0.0.0.0:7070", "--tls", "--insecure"),
    case("server with TLS and without", SERVER + "--tls sound-certs/server --insecure", "--tls", "--insecure"),
    case("server with a folder that is not there", SERVER + "--tls no-such-certs", "no-such-certs", "gleaner certs"),
    case("server with injected losses", SERVER + "--faults crash:count=1", "--faults", "kill processes"),
    case("server with a misspelt flag", SERVER + "--start-wit 3", "--start-wit", "did you mean --start-with?"),
    case("server with no pause between signs of life", SERVER + "--heartbeat 0ms", "--heartbeat 0ms"),
    case("server with a pause without a unit", SERVER + "--heartbeat 5", "--heartbeat 5"),
    case("server that waits for more than there are", SERVER + "--workers 4 --start-with 5", "--start-with 5", "4 workers"),
    case("worker without a server", "worker", "--connect is missing"),
    case("worker with no port", "worker --connect somewhere", "--connect somewhere", "port"),
    case("worker beyond this machine in plain text", "worker --connect 192.0.2.1:7070", "192.0.2.1:7070", "--tls"),
    case("worker with patience that is no time", WORKER + "--patience soon", "--patience soon", "5min"),
    case("worker with a negative place", WORKER + "--slot -1", "--slot -1"),
    case("worker with a trace where it cannot be", WORKER + "--trace no/such/folder/t.txt", "--trace no/such/folder/t.txt"),
    case("worker with a folder that is a file", WORKER + "--data train.svm", "--data train.svm", "folder"),
    case("worker with a folder that cannot be made", WORKER + "--data train.svm/chunks", "--data train.svm/chunks"),
    case("server with a shared folder that cannot be made", SERVER + "--share train.svm/shared", "--share train.svm/shared"),
    case("status of nobody", "status", "--connect is missing"),
    case("stop of nobody", "stop", "--connect is missing"),
    case("local processes and another number of workers", "train --local-processes 4 --workers 5",
         "--local-processes 4", "--workers 5"),
    case("local processes on virtual time", "train --local-processes 4 --clock virtual", "--clock virtual"),
    case("local processes with injected losses", "train --local-processes 4 --faults crash:count=1", "--faults"),
    case("local processes with too little memory", "train --local-processes 4 --memory 20MB",
         "--memory 20MB", "the program", "or more"),
    case("local processes that spill to nowhere", "train --local-processes 4 --gradients spilled --spill-dir train.svm",
         "train.svm", "--spill-dir"),
    case("server with gradients of another kind", SERVER + "--gradients half", "half", "bfloat16"),
    case("more local processes than anybody wants", "train --local-processes 100000", "--local-processes 100000"),
]
