namespace DbVc.Benchmarks;

/// <summary>
/// A million rows through generated code, sandbox and pipe into SQLite, beside the sqlite3 shell's <c>.import</c> of the same file.
/// Each round is a fresh process; the clock of a run is the product's own: from before the sandbox starts to the COMMIT.
/// </summary>
internal static class LoadBenchmark
{
    public static void Run(Bench bench)
    {
        People.Write(bench.PathOf("people.csv"), flawed: true);
        File.WriteAllText(bench.PathOf("people.json"), People.Metadata);
        List<double> ours = [], import = [], importCpu = [], rest = [], whole = [], wholeCpu = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var peer = Import(bench);
            import.Add(peer.Seconds);
            importCpu.Add(peer.CpuSeconds);
            var task = Load(bench);
            var rows = task.Json.GetProperty("rows");
            ours.Add(rows.GetProperty("read").GetInt64() / rows.GetProperty("perSecond").GetDouble());
            rest.Add(RestOfStep(task, ours[^1]));
            whole.Add(task.Seconds);
            wholeCpu.Add(task.CpuSeconds);
            if (round == 0) Console.WriteLine($"rows {rows}");
        }

        Bench.Print("run: sandbox start to COMMIT", ours, $"{People.Count / Bench.Median(ours):0} rows/s");
        Bench.Print("sqlite3 .import into a typed table with INTEGER PRIMARY KEY", import, $"cpu {Bench.Median(importCpu):0.000}");
        Console.WriteLine($"ratio .import / run: {Bench.Median(import) / Bench.Median(ours):0.00} "
            + $"(by round: {string.Join(' ', import.Zip(ours, (theirs, mine) => $"{theirs / mine:0.00}"))})");
        Bench.Print("apart: compile before, count and capture into the store after", rest);
        Bench.Print("whole process agent create, gates included", whole, $"cpu {Bench.Median(wholeCpu):0.000}");
    }

    private static Ended Import(Bench bench)
    {
        var database = Path.Combine(bench.NewFolder(), "import.db");
        Child.Sqlite(bench.Folder, database, People.TableSql);
        return Child.Sqlite(bench.Folder, database, ".mode csv", ".import --skip 1 people.csv people");
    }

    private static Ended Load(Bench bench)
    {
        var folder = bench.NewFolder();
        Child.Sqlite(folder, "live.db", People.TableSql);
        Child.DbVc(folder, "init", "--database", "live.db");
        var task = Child.DbVc(folder, "agent", "create", "--metadata", bench.PathOf("people.json"), "--json");
        Directory.Delete(folder, recursive: true);
        return task;
    }

    /// <summary>The rest of the step that runs the pipeline: it compiles before, and counts and captures into the store afterwards.</summary>
    private static double RestOfStep(Ended task, double run)
    {
        var step = task.Json.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "execute_in_branch");
        return step.GetProperty("seconds").GetDouble() - run;
    }
}
