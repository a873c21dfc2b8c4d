using System.Globalization;

namespace DbVc.Tests;

/// <summary>Runs random histories side by side, and finds the shortest part of one that fails.</summary>
internal static class ModelRun
{
    /// <summary>How much is run.</summary>
    /// <param name="Setting">Variables of the environment begin with it: <c>_OPERATIONS</c> in all, first <c>_SEED</c>.</param>
    /// <param name="Operations">In all, unless the environment says otherwise.</param>
    /// <param name="Length">Operations of one history.</param>
    public sealed record Budget(string Setting, int Operations, int Length);

    /// <summary>Null if all went well; else the seed, the steps in words and what went wrong.</summary>
    public static string? FindFailure<T>(Budget budget, Func<Random, int, ModelStep[]> steps, Func<T> begin, Func<T, ModelStep, string> take)
        where T : IDisposable
    {
        var (operations, first) = (Setting(budget.Setting + "_OPERATIONS", budget.Operations), Setting(budget.Setting + "_SEED", 1));
        int? failed = null;
        Parallel.For(first, first + (operations + budget.Length - 1) / budget.Length, (seed, loop) =>
        {
            if (Run(steps(new Random(seed), budget.Length), begin, take, null) is null) return;
            failed = seed;
            loop.Stop();
        });
        if (failed is not { } bad) return null;
        var told = new List<string>();
        var least = Shrink(steps(new Random(bad), budget.Length), part => Run(part, begin, take, null) is not null);
        var failure = Run(least, begin, take, told);
        return $"seed {bad}\n{string.Join('\n', told)}\n{failure}";
    }

    private static Exception? Run<T>(ModelStep[] steps, Func<T> begin, Func<T, ModelStep, string> take, List<string>? told)
        where T : IDisposable
    {
        using var history = begin();
        try
        {
            foreach (var step in steps)
            {
                var what = take(history, step);
                told?.Add(what);
            }

            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>Leaves out whatever is not needed for the failure.</summary>
    private static ModelStep[] Shrink(ModelStep[] steps, Predicate<ModelStep[]> fails)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= steps.Length;)
            {
                ModelStep[] fewer = [.. steps[..start], .. steps[(start + size)..]];
                if (fails(fewer)) steps = fewer;
                else start += size;
            }
        }

        return steps;
    }

    public static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
