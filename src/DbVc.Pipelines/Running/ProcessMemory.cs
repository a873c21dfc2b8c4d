using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads from the kernel how much memory processes took; what they say themselves is not asked.</summary>
internal static class ProcessMemory
{
    private const int MostProcesses = 200;

    /// <summary>The largest peak of resident memory, in bytes, among a process and what descends from it; 0 where it cannot be read.</summary>
    public static long PeakOfTree(int process)
    {
        var (open, peak) = (new Queue<int>([process]), 0L);
        for (var seen = 0; seen < MostProcesses && open.TryDequeue(out var id); seen++)
        {
            peak = Math.Max(peak, PeakOf(id));
            foreach (var child in ChildrenOf(id)) open.Enqueue(child);
        }

        return peak;
    }

    private static long PeakOf(int process)
    {
        var line = ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        var fields = line?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, var number, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
            ? kibibytes * 1024
            : 0;
    }

    private static IEnumerable<int> ChildrenOf(int process) => ReadLines($"/proc/{process}/task/{process}/children")
        .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
