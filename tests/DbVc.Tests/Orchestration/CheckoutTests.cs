using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class CheckoutTests
{
    [Fact]
    public void What_a_killed_process_left_of_a_file_is_no_file_of_the_branch()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-checkout-");
        try
        {
            folder.CreateSubdirectory("tests");
            File.WriteAllText(Path.Combine(folder.FullName, "tests", "A.csproj"), "whole");
            File.WriteAllText(Path.Combine(folder.FullName, "tests", "A.csproj" + WholeFile.DraftEnding), "ha");
            Assert.Equal(["tests/A.csproj"], new Checkout(folder.FullName).Collect("a").Files.Keys);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
