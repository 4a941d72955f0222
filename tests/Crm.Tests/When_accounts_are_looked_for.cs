using LeadSync.CrmSimulator.Data;

namespace LeadSync.Crm.Tests;

public sealed class When_accounts_are_looked_for
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_found_by_id_name_and_website_in_the_call_that_finds_people()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var rep = salesforce.Simulator.Org.Rep;
        var byId = await rep.CreateAsync("Account", new { Name = "Some one" });
        var byName = await rep.CreateAsync("Account", new { Name = "O'Brien & \"Sons\" \\ 100%" });
        var byHost = await rep.CreateAsync("Account", new { Name = "Hosted", Website = "HTTP://www.acme.io/a?b" });
        await rep.CreateAsync("Account", new { Name = "Nobody", Website = "https://shop.acme.io" });
        var person = await rep.CreateAsync("Contact", new { LastName = "Ng", Email = "ann@x.com" });

        var found = await FindAsync(
            salesforce,
            new AccountSearch([byId[..15], "no id"], ["acme.io", ""], ["o'brien & \"sons\" \\ 100%", " ", "\u0001"])
        );

        found.Calls.ShouldBe(1);
        found.Records.ShouldHaveSingleItem().Id.ShouldBe(person);
        found.Accounts.Select(account => account.Id).ShouldBe([byId, byName, byHost], ignoreOrder: true);
        found.Accounts.Single(account => account.Id == byHost).Website.ShouldBe("HTTP://www.acme.io/a?b");
        found.AccountsRefused.ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_to_look_with_asks_nothing()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.Simulator.Org.Rep.CreateAsync("Account", new { Name = "Acme" });

        var found = await FindAsync(salesforce, new AccountSearch([], [], []));

        found.Accounts.ShouldBeEmpty();
    }

    [Fact]
    public async Task People_are_found_where_the_user_may_not_see_them()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;
        await org.Rep.CreateAsync("Account", new { Name = "Acme" });
        var person = await org.Rep.CreateAsync("Contact", new { LastName = "Ng", Email = "ann@x.com" });
        org.SetAccess("Account", "Website", FieldAccess.Hidden);

        var found = await FindAsync(salesforce, new AccountSearch([], ["acme.io"], ["Acme"]));

        found.Records.ShouldHaveSingleItem().Id.ShouldBe(person);
        found.Accounts.ShouldBeEmpty();
        found.AccountsRefused!.Class.ShouldBe(FailureClass.Configuration);
    }

    private static Task<Found> FindAsync(SimulatedSalesforce salesforce, AccountSearch accounts) =>
        salesforce.Crm.FindAsync(
            salesforce.Session,
            new Search([new ObjectSearch("Contact", [], ["ann@x.com"], [])]) { Accounts = accounts },
            Stop
        );
}
