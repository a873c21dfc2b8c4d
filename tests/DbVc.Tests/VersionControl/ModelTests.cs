using System.Globalization;
using Xunit;

namespace DbVc.Tests;

/// <summary>Random histories against a naive model. <c>DBVC_MODEL_OPERATIONS</c> says how many operations, <c>DBVC_MODEL_SEED</c> where to begin.</summary>
public sealed class ModelTests
{
    private const int StepsOfHistory = 200;

    [Fact]
    public void Random_histories_give_what_a_naive_model_gives()
    {
        var (operations, first) = (Setting("DBVC_MODEL_OPERATIONS", 20_000), Setting("DBVC_MODEL_SEED", 1));
        int? failed = null;
        Parallel.For(first, first + (operations + StepsOfHistory - 1) / StepsOfHistory, (seed, loop) =>
        {
            if (Fail(Steps(seed)) is null) return;
            failed = seed;
            loop.Stop();
        });
        if (failed is { } bad) Assert.Fail($"seed {bad}\n{Explain(Shrink(Steps(bad)))}");
    }

    private static ModelStep[] Steps(int seed) => ModelHistory.Steps(new Random(seed), StepsOfHistory);

    /// <summary>Leaves out whatever is not needed for the failure.</summary>
    private static ModelStep[] Shrink(ModelStep[] steps)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= steps.Length;)
            {
                ModelStep[] fewer = [.. steps[..start], .. steps[(start + size)..]];
                if (Fail(fewer) is not null) steps = fewer;
                else start += size;
            }
        }

        return steps;
    }

    private static Exception? Fail(ModelStep[] steps)
    {
        try
        {
            var history = new ModelHistory();
            foreach (var step in steps) history.Take(step);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>The steps in words, then what went wrong.</summary>
    private static string Explain(ModelStep[] steps)
    {
        var told = new List<string>();
        try
        {
            var history = new ModelHistory();
            foreach (var step in steps) told.Add(history.Take(step));
        }
        catch (Exception failure)
        {
            told.Add(failure.ToString());
        }

        return string.Join('\n', told);
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
