using System.Diagnostics;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The project that an agent leaves in its branch, opened by a person on another machine or at another place.</summary>
public sealed class PortableProjectTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-portable-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_generated_project_names_no_place_and_passes_its_tests_after_the_repository_was_moved()
    {
        var moved = Path.Combine(_folder, "moved", "here");
        using (var shop = new PublishedShop())
        {
            await shop.SucceedsAsync("init", "--database", "shop.db");
            await shop.SucceedsAsync("agent", "create", "--metadata", shop.Metadata("people", 50), "--branch", "people");
            var branch = shop.At("branches/people");
            foreach (var file in Directory.EnumerateFiles(branch, "*.csproj", SearchOption.AllDirectories))
            {
                var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
                Assert.DoesNotContain(shop.Folder, text, StringComparison.Ordinal);
                Assert.DoesNotContain(Published.Root, text, StringComparison.Ordinal);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
            using var copy = Process.Start("cp", ["-a", shop.Folder, moved]);
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var start = new ProcessStartInfo("dotnet", ["test"])
        {
            WorkingDirectory = Path.Combine(moved, "branches", "people", "tests"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var ended = await Published.EndAsync(Process.Start(start)!);
        Assert.True(ended.ExitCode == 0 && ended.Output.Contains("failed: 0", StringComparison.Ordinal), ended.Output + ended.Error);
    }
}
