using Xunit;

namespace DbVc.Tests;

/// <summary>Random histories against a naive model. <c>DBVC_MODEL_OPERATIONS</c> says how many operations, <c>DBVC_MODEL_SEED</c> where to begin.</summary>
public sealed class ModelTests
{
    private const int StepsOfHistory = 200;

    [Fact]
    public void Random_histories_give_what_a_naive_model_gives()
    {
        var failure = ModelRun.FindFailure(
            new ModelRun.Budget("DBVC_MODEL", 20_000, StepsOfHistory), ModelHistory.Steps, () => new ModelHistory(), (h, s) => h.Take(s));
        if (failure is not null) Assert.Fail(failure);
    }
}
