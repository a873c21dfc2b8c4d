using System.Globalization;

namespace DbVc.Benchmarks;

/// <summary>What the processes below one have used so far, as the kernel counts it; those that ended are not in it.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor time of all that live below a process, itself left out.</summary>
    public static double CpuSecondsBelow(int process) => Below(process).Sum(CpuSeconds);

    /// <summary>The most memory that any one of a process and those below it ever had resident, in bytes.</summary>
    public static long PeakBytes(int process) => Below(process).Append(process).Max(PeakOf);

    private static IEnumerable<int> Below(int process)
    {
        foreach (var child in Children(process))
        {
            yield return child;
            foreach (var further in Below(child)) yield return further;
        }
    }

    private static IEnumerable<int> Children(int process)
    {
        var tasks = $"/proc/{process}/task";
        if (!Directory.Exists(tasks)) return [];
        return Directory.EnumerateDirectories(tasks).SelectMany(t => Read(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
    }

    private static double CpuSeconds(int process)
    {
        // The name of the program, in brackets, may hold anything.
        var stat = Read($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 13 ? 0 : fields[11..13].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static long PeakOf(int process)
    {
        var line = Read($"/proc/{process}/status").Split('\n').FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>Empty for a process that is gone.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
