using System.Diagnostics;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The published program on a disk of a few megabytes that somebody fills up at the wrong moment.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Disk = "/mnt";

    private const string Script = """
        cd /mnt
        run() { name=$1; shift; dotnet "$PROGRAM" "$@" >"$SPARE/output" 2>"$SPARE/error"; echo "$name $? $(head -n 1 "$SPARE/error")"; }
        fill() { cat /dev/zero >filler 2>/dev/null; }
        free() { rm -f filler; }
        run_full() { fill; run "$@"; free; }
        sqlite3 shop.db "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO t SELECT i, hex(randomblob(40)) FROM n"
        run_full init-full init --database shop.db
        run init init --database shop.db
        sqlite3 shop.db "UPDATE t SET v = hex(randomblob(40)) WHERE id % 2 = 0"
        run_full commit-full commit -m change
        run commit commit -m change
        run branch branch create edits
        sqlite3 branches/edits/*.db "UPDATE t SET v = hex(randomblob(40)) WHERE id % 3 = 0; INSERT INTO t VALUES (9000, 'new')"
        run commit-branch commit --branch edits -m change
        sqlite3 shop.db "SELECT * FROM t" | sha256sum >"$SPARE/before"
        run_full merge-full branch merge edits
        sqlite3 shop.db "SELECT * FROM t" | sha256sum | cmp -s - "$SPARE/before" && echo unchanged
        run verify verify
        for rest in 64 256 400 420 440 460 480 500; do
            fill
            truncate -s "-${rest}K" filler
            run "step-full" branch merge edits
            free
            run step-verify verify
        done
        run merge branch merge edits
        run verify verify
        sqlite3 shop.db "SELECT count(*) FROM t WHERE id = 9000"
        """;

    private readonly string _spare = Directory.CreateTempSubdirectory("dbvc-spare-").FullName;

    public void Dispose() => Directory.Delete(_spare, recursive: true);

    [Fact]
    public async Task A_full_disk_is_said_clearly_and_nothing_is_lost_once_there_is_space_again()
    {
        var start = new ProcessStartInfo("bwrap", ["--dev-bind", "/", "/", "--size", "16000000", "--tmpfs", Disk, "bash", "-c", Script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PROGRAM"] = Path.Combine(Published.Root, "artifacts", "publish", "cli", "db-vc.dll");
        start.Environment["SPARE"] = _spare;
        start.Environment["DBVC_AUTHOR"] = "Tess <tess@example.com>";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var ended = await Published.EndAsync(process);
        var lines = ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim()).ToList();
        Assert.All(new[] { "init-full", "commit-full", "merge-full" }, full =>
            Assert.Contains(lines, l => l.StartsWith(full + " 1 ", StringComparison.Ordinal)));
        Assert.All(lines.Where(l => l.Contains("-full ", StringComparison.Ordinal)), l => Assert.Matches("-full (0|1 error: .*(full|no space).*)$", l));
        Assert.All(lines.Where(l => l.StartsWith("step-verify", StringComparison.Ordinal)), l => Assert.Equal("step-verify 0", l));

        Assert.Equal(["init 0", "commit 0", "branch 0", "commit-branch 0", "unchanged", "verify 0", "merge 0", "verify 0", "1"],
            lines.Where(l => !l.Contains("-full ", StringComparison.Ordinal) && !l.StartsWith("step-", StringComparison.Ordinal)));
    }
}
