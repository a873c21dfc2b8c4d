using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Options of the commands that make new commits from old ones.</summary>
internal static class ReplayOptions
{
    public static Option<int?> Mainline(string description) => new("--mainline", "-m") { Description = description, HelpName = "N" };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would change, and change nothing." };

    public static Option<string?> Branch() => new("--branch", "-b") { Description = "Work on this branch instead of main.", HelpName = "BRANCH" };
}
