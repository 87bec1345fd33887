"""Cases of bad input for certs, and the folders that they meet."""
import shutil
import subprocess


def make_files(folder, gleaner):
    """Folders of certificates: `sound-certs`, and copies of it that are broken in one way each."""
    made = folder / "sound-certs"
    subprocess.run([gleaner, "certs", "--out", made, "--workers", "2", "--server", "trainer.example"], check=True,
                   stdout=subprocess.DEVNULL)

    def broken(name):
        shutil.copytree(made, folder / name)
        return folder / name

    (broken("keyless-certs") / "ca.key").unlink()
    (broken("headless-certs") / "ca.pem").unlink()
    shutil.copy(made / "worker-0" / "key.pem", broken("mixed-certs") / "ca.key")
    (broken("garbled-certs") / "worker-1" / "cert.pem").write_text("not PEM\n")
    stranger = folder / "other-certs"
    subprocess.run([gleaner, "certs", "--out", stranger, "--workers", "1", "--server", "x"], check=True,
                   stdout=subprocess.DEVNULL)
    shutil.copy(stranger / "worker-0" / "cert.pem", broken("strange-certs") / "worker-0" / "cert.pem")
    shutil.copy(made / "worker-0" / "cert.pem", broken("swapped-certs") / "worker-1" / "cert.pem")


def certs(name, args, *expected):
    return (name, ["certs"] + (args.split() if isinstance(args, str) else args), expected)


NEW = "--out new-certs --server trainer.example "

CASES = [
    certs("certs without a folder", "--server trainer.example", "--out is missing"),
    certs("certs without a server", "--out new-certs", "--server is missing"),
    certs("certs, misspelt flag", NEW + "--worker 3", "--worker", "did you mean --workers?"),
    certs("certs without workers", NEW + "--workers 0", "--workers 0"),
    certs("certs for too many workers", NEW + "--workers 10001", "--workers 10001", "10000"),
    certs("certs for a negative number of workers", NEW + "--workers -1", "--workers -1"),
    certs("certs for too many spares", NEW + "--spares 10001", "--spares 10001"),
    certs("certs for no day", NEW + "--days 0", "--days 0"),
    certs("certs for ever", NEW + "--days 36501", "--days 36501"),
    certs("certs with a port", "--out new-certs --server trainer:7000", '--server "trainer:7000"', "without port"),
    certs("certs with a URL", "--out new-certs --server https://trainer", '--server "https://trainer"'),
    certs("certs with an empty name", "--out new-certs --server a,,b", '--server ""'),
    certs("certs with a space in a name", ["--out", "new-certs", "--server", "a, b"], '--server " b"'),
    certs("certs with a wildcard", "--out new-certs --server *.example", '--server "*.example"'),
    certs("certs into a file", "--out train.svm/x --server a", "--out train.svm/x", "cannot be made"),
    certs("certs without ca.key", "--out keyless-certs --workers 3 --server a", "ca.pem is there without", "ca.key"),
    certs("certs without ca.pem", "--out headless-certs --workers 3 --server a", "ca.key is there without", "ca.pem"),
    certs("certs with another ca.key", "--out mixed-certs --workers 3 --server a", "ca.key is not the key of"),
    certs("certs with a garbled one", "--out garbled-certs --workers 3 --server trainer.example",
          "worker-1/cert.pem holds no certificate", "remove the folder"),
    certs("certs with a stranger's", "--out strange-certs --workers 3 --server trainer.example",
          "worker-0/cert.pem is signed by", "and not by"),
    certs("certs with two of one name", "--out swapped-certs --workers 3 --server trainer.example",
          "worker-1/cert.pem is the certificate of worker-0"),
    certs("certs for a new name of the server", "--out sound-certs --workers 3 --server new.example",
          "server/cert.pem is not for new.example", "remove the folder"),
]
