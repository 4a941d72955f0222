namespace LeadSync.Connector.Connections;

/// <summary>The CRMs, as connections and addresses name them.</summary>
internal static class CrmSystems
{
    public const string Salesforce = "salesforce";
    private const string HubSpot = "hubspot";

    /// <summary>Whether it is one that LeadSync knows of, be it that no connection can be made to it yet.</summary>
    public static bool Knows(string system) => system is Salesforce or HubSpot;
}
