using System.Diagnostics;

namespace DbVc.TestServers;

/// <summary>A temporary folder of one server, and the account that owns it: servers refuse to run as root.</summary>
internal sealed class ServerFolder
{
    private readonly string _account;

    public ServerFolder(string account)
    {
        _account = account;
        Path = Directory.CreateTempSubdirectory("dbvc-server-").FullName;
    }

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    public string Log => System.IO.Path.Combine(Path, "server.log");

    /// <summary>What stands before a command so that the account runs it. The account may be the one that runs the tests.</summary>
    public IReadOnlyList<string> RunAs =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", _account, "--regid", _account, "--init-groups"] : [];

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    public void ClearLog() => File.Delete(Log);

    /// <summary>Hands everything in the folder to the account.</summary>
    public void HandOver()
    {
        if (Environment.IsPrivilegedProcess) Run(["chown", "-R", $"{_account}:", Path]);
    }

    /// <summary>Whether the account may execute the file; it may lie in a folder that only root can enter.</summary>
    public bool CanExecute(string file) => Execute([.. RunAs, "test", "-x", file]).ExitCode == 0;

    /// <summary>Copies the data folder of a new server here. It is made once (seconds) and kept in <c>artifacts</c>.</summary>
    public void CopyNewData(string name, string program, Action<string> make)
    {
        var made = new FileInfo(program);
        var kept = System.IO.Path.Combine(SolutionRoot.Path, "artifacts", "test-servers",
            $"{name}-{Environment.UserName}-{made.LastWriteTimeUtc.Ticks:x}-{made.Length:x}");
        if (!Directory.Exists(kept))
        {
            HandOver();
            make(Data);
            Keep(kept);
            return;
        }

        Run(["cp", "-a", "--reflink=auto", kept, Data]);
    }

    /// <summary>Runs a program to its end and gives what it printed; throws if it failed.</summary>
    public static string Run(IReadOnlyList<string> command)
    {
        var (code, output) = Execute(command);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with exit code {code}:\n{output}");
    }

    public void Delete()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    private void Keep(string kept)
    {
        var parent = System.IO.Path.GetDirectoryName(kept)!;
        Directory.CreateDirectory(parent);
        var copy = Directory.CreateTempSubdirectory("dbvc-kept-").FullName;
        var next = System.IO.Path.Combine(parent, System.IO.Path.GetFileName(copy));
        Directory.Delete(copy);
        Run(["cp", "-a", "--reflink=auto", Data, next]);
        try
        {
            Directory.Move(next, kept);
        }
        catch (IOException) when (Directory.Exists(kept))
        {
            Directory.Delete(next, recursive: true);
        }
    }

    private static (int ExitCode, string Output) Execute(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
