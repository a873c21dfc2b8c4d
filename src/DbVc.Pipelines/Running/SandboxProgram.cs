using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A program that the sandbox is made of.</summary>
/// <param name="Name">Of its file.</param>
/// <param name="Package">Of Debian and its relatives.</param>
/// <param name="Purpose">What it is there for.</param>
public sealed record SandboxProgram(string Name, string Package, string Purpose)
{
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    public static SandboxProgram Bubblewrap { get; } = new("bwrap", "bubblewrap", "shuts generated code in");

    public static SandboxProgram SetPrivileges { get; } = new("setpriv", "util-linux", "lets root start the sandbox as nobody");

    /// <summary>For a worker that nothing shuts in.</summary>
    internal static SandboxProgram Env { get; } = new("env", "coreutils", "starts a program without the host's environment");

    /// <summary>What the sandbox needs when this user starts it.</summary>
    public static IReadOnlyList<SandboxProgram> Needed => Environment.IsPrivilegedProcess ? [Bubblewrap, SetPrivileges] : [Bubblewrap];

    /// <summary>How to get it.</summary>
    public string Remedy => $"Install the package {Package} with your system's package manager, on Debian and its relatives: sudo apt-get install -y {Package}";

    /// <summary>Where it is; null where it is not. The search path of the environment does not count.</summary>
    public string? Find() => Folders.Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);

    /// <summary>Where it is. Throws <c>sandbox.missing</c> where it is not.</summary>
    internal string Require() => Find()
        ?? throw new DbVcException(FailureKind.Refused, "sandbox.missing",
            $"The program {Name} of the package {Package}, which {Purpose}, is not installed.", hint: Remedy);
}
