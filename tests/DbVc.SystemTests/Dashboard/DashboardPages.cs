using Microsoft.Playwright;

namespace DbVc.SystemTests;

/// <summary>Every page of the dashboard, and what is done on it before it is looked at.</summary>
internal static class DashboardPages
{
    public static IReadOnlyDictionary<string, (string Path, Func<IPage, Task> Prepare)> All { get; } = new Dictionary<string, (string, Func<IPage, Task>)>
    {
        ["overview"] = ("/", page => Seen(page.GetByRole(AriaRole.Link, new() { Name = "agent-sensors" }))),
        ["history"] = ("/history", page => Seen(page.GetByRole(AriaRole.Link, new() { Name = "Birthdays" }).First)),
        ["commit"] = ("/history/v1", page => Seen(page.GetByText("applied, taken back, applied again"))),
        ["compare"] = ("/compare?a=main~2&b=stock", page => Seen(page.GetByRole(AriaRole.Grid, new() { Name = "products" }))),
        ["tags"] = ("/tags", page => Seen(page.GetByText("v1"))),
        ["operations"] = ("/operations", page => Seen(page.GetByText("tag v1 HEAD").Or(page.GetByText("commit --branch main")).First)),
        ["tables"] = ("/tables", page => Seen(page.Locator("svg .name").First)),
        ["rows"] = ("/tables/customers", OpenRow),
        ["blame"] = ("/tables/customers", page => OpenTab(page, "Blame", page.Locator("[data-look=shade-5]").First)),
        ["definition"] = ("/tables/customers?at=v1", page => OpenTab(page, "Definition", page.GetByText("customers_by_email").First)),
        ["sql"] = ("/sql?at=v1", RunStatement),
        ["branches"] = ("/branches", page => Seen(page.GetByRole(AriaRole.Link, new() { Name = "agent-customers" }))),
        ["branch-passed"] = ("/branches/agent-orders", page => OpenTab(page, "Files", page.Locator(".cm-line").First)),
        ["branch-failed"] = ("/branches/agent-sensors", page => Seen(page.GetByText("Cannot be merged as it is"))),
        ["branch-by-hand"] = ("/branches/stock", page => OpenTab(page, "Schema", page.Locator(".cm-line").First)),
        ["missing"] = ("/nowhere", page => Seen(page.GetByText("This page does not exist."))),
    };

    private static Task Seen(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();

    private static async Task OpenTab(IPage page, string name, ILocator seen)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = name }).ClickAsync();
        await Seen(seen);
    }

    private static async Task OpenRow(IPage page)
    {
        await page.GetByRole(AriaRole.Gridcell, new() { Name = "Håkon Weiß" }).ClickAsync();
        await Seen(page.GetByText("Correct the city of three customers"));
    }

    private static async Task RunStatement(IPage page)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Statement" }).ClickAsync();
        await page.Keyboard.TypeAsync("SELECT city, count(*) AS customers FROM customers GROUP BY city ORDER BY 2 DESC");
        await page.Keyboard.PressAsync("Control+Enter");
        await Seen(page.GetByRole(AriaRole.Grid, new() { Name = "Result" }));
    }
}
