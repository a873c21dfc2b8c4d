namespace DbVc.Pipelines;

/// <summary>What of a system keeps the sandbox from being set up, and what to do about it.</summary>
internal static class SandboxObstacles
{
    private const string FilterFailed = "The system call filter could not be installed";

    private static readonly (string Setting, string Forbidding, string Remedy)[] Settings =
    [
        ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=10000"),
        ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1",
            "give bwrap an AppArmor profile that allows userns, or sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ];

    /// <summary>Whether a start failed before there was a worker.</summary>
    /// <param name="log">What was written to standard error.</param>
    public static bool AreAtFault(string log) =>
        log.StartsWith("bwrap:", StringComparison.Ordinal) || log.StartsWith("setpriv:", StringComparison.Ordinal)
        || log.Contains(FilterFailed, StringComparison.Ordinal);

    /// <summary>What to do, by the settings of the kernel where one of them is at fault.</summary>
    /// <param name="log">What was written to standard error.</param>
    /// <param name="settings">The folder of the kernel's settings.</param>
    public static string FindRemedy(string log, string settings = "/proc/sys")
    {
        if (log.Contains(FilterFailed, StringComparison.Ordinal))
            return "The kernel needs seccomp filters (CONFIG_SECCOMP_FILTER); a container may forbid them.";
        var found = Settings.Where(entry => Read(Path.Combine(settings, entry.Setting)) == entry.Forbidding)
            .Select(entry => $"{entry.Setting.Replace('/', '.')} is {entry.Forbidding}: {entry.Remedy}").ToList();
        return found.Count > 0
            ? string.Join("; ", found)
            : "bubblewrap needs user namespaces; a container or a security policy may forbid them. In Docker: --security-opt seccomp=unconfined "
                + "--security-opt apparmor=unconfined --security-opt systempaths=unconfined.";
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
