using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>The first commit of a table of a million rows: copy, scan, encode, tree, pack; in this process and as a whole process.</summary>
internal static class FirstCommitBenchmark
{
    public static void Run(Bench bench)
    {
        People.Write(bench.PathOf("people.csv"), flawed: false);
        Child.Sqlite(bench.Folder, "live.db", People.TableSql, ".mode csv", ".import --skip 1 people.csv people");
        List<double> inside = [], whole = [], cpu = [], branch = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var folder = bench.NewFolder();
            inside.Add(Bench.Time(() => Workspace.Init(new InitRequest(folder, Restore(bench), null), s_options, CancellationToken.None)));
            Directory.Delete(folder, recursive: true);
            folder = bench.NewFolder();
            var process = Child.DbVc(folder, "init", "--database", Restore(bench));
            whole.Add(process.Seconds);
            cpu.Add(process.CpuSeconds);
            branch.Add(Child.DbVc(folder, "branch", "create", "work").Seconds);
            Directory.Delete(folder, recursive: true);
        }

        Bench.Print("first commit, in process", inside, $"{People.Count / Bench.Median(inside):0} rows/s");
        Bench.Print("db-vc init, whole process", whole, $"{People.Count / Bench.Median(whole):0} rows/s");
        Console.WriteLine($"  processor time {Bench.Median(cpu):0.000} s, {People.Count / Bench.Median(cpu):0} rows/s");
        Bench.Print("db-vc branch create, whole process", branch);
    }

    private static readonly WorkspaceOptions s_options = new(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), "");

    /// <summary>A database attached once cannot be attached again, so each round takes a copy.</summary>
    private static string Restore(Bench bench)
    {
        var copy = bench.PathOf("copy.db");
        File.Copy(bench.PathOf("live.db"), copy, overwrite: true);
        return copy;
    }
}
